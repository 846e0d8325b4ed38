"""Small systems are followed on one thread, large ones on as many as there are; the limit ends with the run."""

from threadpoolctl import threadpool_info, threadpool_limits
from toys import CIRCLE

from continuation import follow
from continuation.threads import SMALL, on_one_thread, one_thread, threads_for


def threads() -> int:
    return max(library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas")


def test_a_small_system_is_followed_on_one_thread() -> None:
    seen = []
    with threadpool_limits(2, user_api="blas"):
        follow(CIRCLE, [1.0], 0.0, progress=lambda s, p: seen.append(threads()))
        assert threads() == 2
    assert set(seen) == {1}


def test_a_large_system_keeps_its_threads() -> None:
    with threadpool_limits(2, user_api="blas"):
        with threads_for(SMALL + 1):
            assert threads() == 2
        with threads_for(SMALL):
            assert threads() == 1
        with one_thread():
            assert threads() == 1
        assert on_one_thread(threads)() == 1
        assert threads() == 2
