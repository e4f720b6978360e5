"""A reader of bnn files, written from docs/formats/bnn.md alone. Prints what it read as JSON; python3 and nothing else."""

import hashlib
import json
import struct
import sys
import zlib

NAMES = [None, "relu", "sign", "threshold", "depthwise", "pointwise", "conv3x3", "affine", "maxPool", "avgPool"]
NAMES += ["concat", "sum", "zeros", "shuffle", "globalAveragePool", "linear"]


def expect(holds, byte, what):
    if not holds:
        raise SystemExit(f"byte {byte}: expected {what}")


def aligned(at):
    return (at + 3) // 4 * 4


def read(data):
    expect(data[:8] == bytes.fromhex("89424e4e0d0a1a0a"), 0, "the bytes of a bnn file")
    version, length, text, node_count, tensor_count, blocks = struct.unpack_from("<6I", data, 8)
    expect(version == 1, 8, "version 1")
    expect(length == len(data), 12, "the length of the file")
    start = 64 + 4 * blocks
    expect(blocks == -(-(length - start) // 4096), 28, "as many blocks as there are")
    for block, crc in enumerate(struct.unpack_from(f"<{blocks}I", data, 64)):
        at = start + 4096 * block
        expect(zlib.crc32(data[at : at + 4096]) == crc, at, f"a block of CRC-32 {crc:08x}")
    expect(hashlib.sha256(data[64:]).digest() == data[32:64], 32, "the SHA-256 of what follows the header")
    info = json.loads(data[start : start + text].decode("utf-8"))
    at = aligned(start + text)
    nodes = []
    for _ in range(node_count):
        kind, inputs, a, b, channels = struct.unpack_from("<4BH", data, at)
        values = struct.unpack_from(f"<{inputs}H", data, at + 6)
        nodes.append({"kind": NAMES[kind], "a": a, "b": b, "channels": channels, "inputs": values})
        at += 6 + 2 * inputs
    table = aligned(at)
    end = table + 8 * tensor_count
    tensors = []
    for index in range(tensor_count):
        offset, word = struct.unpack_from("<2I", data, table + 8 * index)
        expect(offset == aligned(end), table + 8 * index, "the end of the tensor before it")
        kind, count = word & 255, word >> 8
        if kind == 1:
            values = [1 if data[offset + i // 8] >> (i % 8) & 1 else -1 for i in range(count)]
            end = offset + (count + 7) // 8
        else:
            values = struct.unpack_from(f"<{count}{'e' if kind == 2 else 'h'}", data, offset)
            end = offset + 2 * count
        tensors.append(values)
    expect(aligned(end) == length, 12, "a file that ends with its last tensor")
    return info, nodes, tensors


def taps(node, side, step_side):
    """Of each row of the result, the rows that it reads."""
    stride = node["a"] % 16
    kind = node["kind"]
    if kind == "pointwise":
        reach = [node["b"]]
    elif kind == "maxPool" and node["b"] == 2:
        reach = [0, 1]
    else:
        kernel, dilation = (node["b"] % 16, node["b"] // 16) if kind == "depthwise" else (3, 1)
        reach = [dilation * (u - (kernel - 1) // 2) for u in range(kernel)]
    return [[stride * i + far for far in reach] for i in range(step_side)]


def sides(node, height, width):
    stride = node["a"] % 16
    if node["kind"] == "pointwise":
        height, width = height - node["b"], width - node["b"]
    if node["kind"] == "maxPool" and node["b"] == 2:
        return (height - 2) // stride + 1, (width - 2) // stride + 1
    return -(-height // stride), -(-width // stride)


def windows(node, x):
    """For each pixel of the result: (place of the tap in its window, pixel that it reads) of the taps in the image."""
    height, width = len(x), len(x[0])
    rows, columns = sides(node, height, width)
    down, across = taps(node, height, rows), taps(node, width, columns)
    for i in range(rows):
        for j in range(columns):
            inside = []
            for u, row in enumerate(down[i]):
                for v, column in enumerate(across[j]):
                    if 0 <= row < height and 0 <= column < width:
                        inside.append((u * len(across[j]) + v, x[row][column]))
            yield i, j, inside


def grid(node, x, of):
    height, width = sides(node, len(x), len(x[0]))
    y = [[None] * width for _ in range(height)]
    for i, j, inside in windows(node, x):
        y[i][j] = of(inside)
    return y


def each(x, of):
    return [[of(pixel) for pixel in row] for row in x]


def compute(node, inputs, take):
    kind, channels = node["kind"], node["channels"]
    x = inputs[0]
    ins = len(x[0][0])
    if kind == "relu":
        return each(x, lambda p: [max(value, 0) for value in p])
    if kind == "sign":
        return each(x, lambda p: [1 if value >= 0 else -1 for value in p])
    if kind == "threshold":
        least = take()
        return each(x, lambda p: [1 if value >= at else -1 for value, at in zip(p, least)])
    if kind == "affine":
        numbers = take()
        return each(x, lambda p: [f * value + o for f, value, o in zip(numbers[:ins], p, numbers[ins:])])
    if kind == "depthwise":
        w = take()
        return grid(node, x, lambda inside: [sum(w[t * ins + c] * p[c] for t, p in inside) for c in range(ins)])
    if kind in ("pointwise", "conv3x3"):
        w = take()
        column = lambda t, c, o: w[(t * ins + c) * channels + o]
        dot = lambda inside, o: sum(column(t, c, o) * p[c] for t, p in inside for c in range(ins))
        return grid(node, x, lambda inside: [dot(inside, o) for o in range(channels)])
    if kind == "maxPool":
        return grid(node, x, lambda inside: [max(p[c] for _, p in inside) for c in range(ins)])
    if kind == "avgPool":
        return grid(node, x, lambda inside: [sum(p[c] for _, p in inside) / len(inside) for c in range(ins)])
    if kind == "concat":
        return [[sum((value[i][j] for value in inputs), []) for j in range(len(x[0]))] for i in range(len(x))]
    if kind == "sum":
        pixel = lambda i, j: [sum(parts) for parts in zip(*(value[i][j] for value in inputs))]
        return [[pixel(i, j) for j in range(len(x[0]))] for i in range(len(x))]
    if kind == "zeros":
        height, width = sides(node, len(x), len(x[0]))
        return [[[0] * channels for _ in range(width)] for _ in range(height)]
    if kind == "shuffle":
        groups = node["a"]
        return each(x, lambda p: [p[g * (ins // groups) + i] for i in range(ins // groups) for g in range(groups)])
    if kind == "globalAveragePool":
        pixels = [pixel for row in x for pixel in row]
        return [[[sum(pixel[c] for pixel in pixels) / len(pixels) for c in range(ins)]]]
    w, bias = take(), take()
    return [[[sum(x[0][0][c] * w[c * channels + o] for c in range(ins)) + bias[o] for o in range(channels)]]]


def main():
    info, nodes, tensors = read(open(sys.argv[1], "rb").read())
    image = json.load(open(sys.argv[2]))
    size = info["input"]
    row = size["width"] * size["channels"]
    pixel = lambda i, j: image[i * row + j * size["channels"] : i * row + (j + 1) * size["channels"]]
    values = [[[pixel(i, j) for j in range(size["width"])] for i in range(size["height"])]]
    rest = iter(tensors)
    for node in nodes:
        values.append(compute(node, [values[i] for i in node["inputs"]], lambda: next(rest)))
    expect(next(rest, None) is None, 24, "no more tensors than nodes take")
    print(json.dumps({"info": info, "tensors": [list(values) for values in tensors], "logits": values[-1][0][0]}))


main()
