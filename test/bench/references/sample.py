"""The training step of a sampled network in PyTorch, eager, one thread: what engines are compared with.

Reads one line of JSON, which describes the network (pytorch-sample.ts writes it), and answers with its number of parameters;
then takes a number of steps a line and answers with the processor's milliseconds a step.
"""

import json
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(1)
torch.manual_seed(0)


class Sign(torch.autograd.Function):
    """The sign, with the gradient of the identity where the input is in [-1, 1] (straight-through estimator)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x >= 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * (x.abs() <= 1).to(gradient.dtype)


class Convolution(nn.Module):
    """A convolution whose weights have 1 bit and one scale an output channel (XNOR-Net), or are real."""

    def __init__(self, inputs, outputs, kernel, stride=1, dilation=1, groups=1, binarized=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs // groups, kernel, kernel) * 0.1)
        self.place = (stride, dilation * (kernel // 2), dilation, groups)
        self.binarized = binarized

    def forward(self, x):
        weight = self.weight
        if self.binarized:
            weight = Sign.apply(weight) * weight.detach().abs().mean((1, 2, 3), keepdim=True)
        return F.conv2d(x, weight, None, *self.place)


def norm(channels):
    return nn.BatchNorm2d(channels, affine=False)


class FactorizedReduce(nn.Module):
    def __init__(self, inputs, outputs, binarized):
        super().__init__()
        self.even = Convolution(inputs, (outputs + 1) // 2, 1, stride=2, binarized=binarized)
        self.odd = Convolution(inputs, outputs // 2, 1, stride=2, binarized=binarized)
        self.norm = norm(outputs)

    def forward(self, x):
        x = F.relu(x)
        return self.norm(torch.cat([self.even(x), self.odd(x[:, :, 1:, 1:])], 1))


def half(channels, kernel, stride, dilation):
    deep = Convolution(channels, channels, kernel, stride, dilation, groups=channels)
    return nn.Sequential(nn.ReLU(), deep, Convolution(channels, channels, 1), norm(channels))


def operation(name, channels, stride):
    if name == "none":
        return None
    if name == "skip_connect":
        return nn.Identity() if stride == 1 else FactorizedReduce(channels, channels, binarized=True)
    if name == "max_pool_3x3":
        return nn.Sequential(nn.MaxPool2d(3, stride, 1), norm(channels))
    if name == "avg_pool_3x3":
        return nn.Sequential(nn.AvgPool2d(3, stride, 1, count_include_pad=False), norm(channels))
    kernel = int(name[-1])
    if name.startswith("dil"):
        return half(channels, kernel, stride, 2)
    return nn.Sequential(half(channels, kernel, stride, 1), half(channels, kernel, 1, 1))


class Cell(nn.Module):
    """A cell with one operation an edge on the first 1/partial of the channels; the others bypass it (PC-DARTS)."""

    def __init__(self, plan, inputs, operations, partial):
        super().__init__()
        channels = plan["channels"]
        self.partial = partial
        self.own = channels // partial
        self.reduces = plan["kind"] == "reduce"
        one = lambda count: nn.Sequential(nn.ReLU(), Convolution(count, channels, 1), norm(channels))
        first = FactorizedReduce(inputs[0], channels, binarized=False) if plan["reducedBefore"] else one(inputs[0])
        self.preprocess = nn.ModuleList([first, one(inputs[1])])
        places = [(source, node) for node in range(2, 6) for source in range(node)]
        self.strides = [2 if self.reduces and source < 2 else 1 for source, _ in places]
        made = [operation(name, self.own, stride) for name, stride in zip(operations, self.strides)]
        self.operations = nn.ModuleList([one if one is not None else nn.Identity() for one in made])
        self.gives = [one is not None for one in made]

    def forward(self, a, b, beta):
        nodes = [self.preprocess[0](a), self.preprocess[1](b)]
        edge = 0
        for node in range(2, 6):
            shares = F.softmax(beta[edge : edge + node], 0)
            total = None
            for source in range(node):
                x = nodes[source]
                own, rest = x[:, : self.own], x[:, self.own :]
                halves = self.strides[edge] == 2
                bypass = F.max_pool2d(rest, 2, 2) if halves else rest
                mixed = self.operations[edge](own) if self.gives[edge] else torch.zeros_like(bypass[:, : self.own])
                value = shares[source] * torch.cat([mixed, bypass], 1)
                total = value if total is None else total + value
                edge += 1
            count, channels, height, width = total.shape
            groups = total.view(count, self.partial, channels // self.partial, height, width)
            nodes.append(groups.transpose(1, 2).reshape(count, channels, height, width))
        return torch.cat(nodes[2:], 1)


class Network(nn.Module):
    def __init__(self, asked):
        super().__init__()
        channels = asked["stem"]
        self.stem = nn.Conv2d(3, channels, 3, 1, 1, bias=False)
        self.norm = norm(channels)
        inputs = [channels, channels]
        self.kinds = [plan["kind"] for plan in asked["cells"]]
        self.cells = nn.ModuleList()
        for plan in asked["cells"]:
            self.cells.append(Cell(plan, inputs, asked["operations"][plan["kind"]], asked["partial"]))
            inputs = [inputs[1], 4 * plan["channels"]]
        self.classifier = nn.Linear(inputs[1], asked["classes"])
        self.beta = {kind: torch.zeros(14) for kind in ("normal", "reduce")}

    def forward(self, x):
        a = b = self.norm(self.stem(x))
        for kind, cell in zip(self.kinds, self.cells):
            a, b = b, cell(a, b, self.beta[kind])
        return self.classifier(b.mean((2, 3)))


asked = json.loads(sys.stdin.readline())
network = Network(asked).to(memory_format=torch.channels_last)
images = torch.rand(asked["batch"], 3, asked["side"], asked["side"]).contiguous(memory_format=torch.channels_last)
labels = torch.randint(0, asked["classes"], (asked["batch"],))
optimizer = torch.optim.SGD(network.parameters(), 0.025, momentum=0.9, weight_decay=5e-4, fused=True)
parameters = sum(parameter.numel() for parameter in network.parameters())
print(json.dumps({"parameters": parameters, "torch": torch.__version__}), flush=True)

for line in sys.stdin:
    steps = int(line)
    begun = time.process_time()
    for _ in range(steps):
        optimizer.zero_grad()
        F.cross_entropy(network(images), labels).backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5)
        optimizer.step()
    print(1000 * (time.process_time() - begun) / steps, flush=True)
