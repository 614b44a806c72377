"""Curves have the same bits whatever the compiler and the C library make of the processor.

    test_same_bits.py CURVE_DUMP CURVE_DUMP_AVX2      exit code 77: skipped

Compares, byte for byte, the rooms model, geometry and dvh as they are built with the same sources compiled
at -O3 for AVX2 and FMA; and once more with the C library's own AVX2 and FMA variants (of exp, sin ...)
switched off, as on an older processor.
"""

import os
import subprocess
import sys

# What curve_dump.cpp asks for: 16 regions, three ways each; of each 17 numbers and a curve.
BLOCKS = 16 * 3
NUMBERS_BEFORE_THE_CURVE = 17


def dump(program, **environment):
    done = subprocess.run([program], capture_output=True, text=True, check=True, env={**os.environ, **environment})
    first, _, numbers = done.stdout.partition("\n")
    return first, numbers.splitlines()


def first_difference(one, other):
    for line, (a, b) in enumerate(zip(one, other), start=1):
        if a != b:
            return f"number {line}: {a} against {b}"
    return None if len(one) == len(other) else f"{len(one)} against {len(other)} numbers"


def processor_has(*flags):
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
        words = set(next((line for line in info if line.startswith("flags")), "").split())
    return all(flag in words for flag in flags)


def check(plain_program, avx2_program):
    """What is wrong, a sentence each."""
    built, plain = dump(plain_program)
    if built != "compiled for any x86-64":
        yield f"the plain program says '{built}'"
    if sum(" volume " in line for line in plain) != BLOCKS or len(plain) < BLOCKS * (NUMBERS_BEFORE_THE_CURVE + 100):
        yield f"only {len(plain)} numbers: the dump is not complete"
    built, avx2 = dump(avx2_program)
    if built != "compiled for AVX2":
        yield f"the other program says '{built}'"
    older = dump(plain_program, GLIBC_TUNABLES="glibc.cpu.hwcaps=-AVX2,-AVX2_Usable,-FMA,-FMA_Usable")[1]
    for what, other in (("compiled for AVX2", avx2), ("without the C library's AVX2 and FMA", older)):
        difference = first_difference(plain, other)
        if difference:
            yield f"{what}: {difference}"


def main():
    if not processor_has("avx2", "fma"):
        print("skipped: this processor has no AVX2 and FMA to compare with")
        sys.exit(77)
    problems = list(check(sys.argv[1], sys.argv[2]))
    print("\n".join(problems) or "the same bits")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
