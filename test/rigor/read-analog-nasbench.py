"""Accuracies of NAS-Bench-201's cells from the wheel of analog-nasbench, as JSON on standard output.

python3 read-analog-nasbench.py WHEEL

The file in the wheel is a pickle, which could run anything. Only two classes may be named in it, and both become plain objects.
"""
import json
import pickle
import sys
import zipfile


class Plain:
    pass


class Reader(pickle.Unpickler):
    def find_class(self, module, name):
        if module == "analognasbench.data" and name in ("Architecture", "DriftMeasurement"):
            return Plain
        raise pickle.UnpicklingError(f"{module}.{name} is not a class of the table; the file is not what it should be")


# The file names an operation by its place in this list, found by what each does: 1 cuts an edge off.
OPERATIONS = ["skip_connect", "none", "nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3"]
# Its edges are ordered by the node that they come from.
EDGES = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]


def text(code):
    nodes = []
    for to in (1, 2, 3):
        nodes.append("".join(f"{OPERATIONS[code[EDGES.index((f, to))]]}~{f}|" for f in range(to)))
    return "|" + "+|".join(nodes)


with zipfile.ZipFile(sys.argv[1]) as wheel, wheel.open("analognasbench/data.anb") as file:
    found = Reader(file).load()
cells = {}
for code, cell in found.items():
    cells[text(code)] = [cell.baseline_accuracy, cell.qat_accuracy]
json.dump({"space": "nas-bench-201", "columns": ["float", "quantization-aware"], "cells": cells}, sys.stdout)
