import sys, time, resource, cProfile, json
sys.path.insert(0, "/tmp/prof")
name, *args = sys.argv[1:]
from branches.cli import main
t=time.time()
pr=cProfile.Profile() if not name.startswith("plain") else None
if pr: pr.enable()
try:
    main(args)
except SystemExit as e:
    print("exit", e.code)
if pr:
    pr.disable(); pr.dump_stats(f"/tmp/prof/{name}.prof")
print(name, "seconds", time.time()-t, "MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024)
