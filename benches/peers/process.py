"""A program from start to end, again and again.

Usage: process.py PASSES PROGRAM [ARGUMENT...]. Prints "process,NANOSECONDS,KIB": the fastest run,
and the most memory that any run had in use.
"""

import resource
import subprocess
import sys
import time


def main():
    passes, command = int(sys.argv[1]), sys.argv[2:]
    best = None
    for _ in range(passes):
        start = time.perf_counter_ns()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        taken = time.perf_counter_ns() - start
        best = taken if best is None else min(best, taken)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"process,{best},{peak}")


if __name__ == "__main__":
    main()
