"""Runs a QONNX file in qonnx, which computes one node after the other."""

import importlib.metadata
import platform

from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.infer_shapes import InferShapes
from request import answer


def run(model, images, values):
    # qonnx wants every shape, the number of images too.
    graph = ModelWrapper(model)
    name = graph.graph.input[0].name
    graph.set_tensor_shape(name, list(images.shape))
    for output in graph.graph.output:
        output.type.tensor_type.shape.dim[0].dim_value = images.shape[0]
    return execute_onnx(graph.transform(InferShapes()), {name: images}, return_full_exec_context=True)


answer({"qonnx": importlib.metadata.version("qonnx"), "python": platform.python_version()}, run)
