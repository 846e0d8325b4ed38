"""What a stationary state is: its equations, free energy, second variation and Morse index."""
