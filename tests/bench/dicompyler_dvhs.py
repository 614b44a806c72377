#!/usr/bin/env python3
"""Every ROI's DVH by dicompyler-core, for run_bench.py:  dicompyler_dvhs.py FOLDER

Each file is read once (get_dvh would read both again for every ROI when given paths), and all options
are dicompyler-core's defaults. Prints how many curves hold any volume.
"""

import sys

import pydicom
from dicompylercore import dicomparser, dvhcalc


def main():
    structures = pydicom.dcmread(f"{sys.argv[1]}/RTSTRUCT.dcm")
    dose = pydicom.dcmread(f"{sys.argv[1]}/RTDOSE.dcm")
    numbers = dicomparser.DicomParser(structures).GetStructures()
    print(sum(dvhcalc.get_dvh(structures, dose, number).volume > 0 for number in numbers))


if __name__ == "__main__":
    main()
