"""Runs an ONNX file in onnxruntime."""

import platform

import onnxruntime
from request import answer


def run(model, images, values):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return dict(zip(values, session.run(values, {session.get_inputs()[0].name: images})))


answer({"onnxruntime": onnxruntime.__version__, "python": platform.python_version()}, run)
