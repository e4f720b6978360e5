"""How a request is read and answered: see README.md."""

import json
import sys

import numpy as np


def answer(versions, run):
    """run(model, images [count, channels, height, width], values) gives arrays by name: [count, ...], channels second."""
    print(json.dumps(versions), flush=True)
    if len(sys.argv) < 2:
        return
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    images = np.fromfile(request["images"], dtype="<f4").reshape(request["shape"])
    values = run(request["model"], np.ascontiguousarray(images.transpose(0, 3, 1, 2)), request["values"])
    with open(request["out"], "wb") as file:
        for name in request["values"]:
            value = np.asarray(values[name])
            if value.ndim == 4:
                value = value.transpose(0, 2, 3, 1)
            file.write(np.ascontiguousarray(value, dtype="<f4").tobytes())
