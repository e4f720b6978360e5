"""A binarized network of bnas in PyTorch, from the files beside this page: config.json, layers.json, model.safetensors.

    network = BnasNetwork(".")
    logits = network(network.normalized(pixels))  # pixels [batch, height, width, channels] of 0 to 255
    print(network.classes[logits.argmax(1)[0]])

It needs torch and safetensors. It computes; it does not train: weights are binarized when they are read.
"""

import json
import os

import torch
import torch.nn.functional as F
from safetensors.torch import load_file


def sign(x):
    """+1 where x >= 0, else -1: torch.sign gives 0 at 0, which one bit cannot hold."""
    return torch.where(x >= 0, 1.0, -1.0)


class BnasNetwork(torch.nn.Module):
    def __init__(self, folder):
        super().__init__()
        with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
            self.config = json.load(file)
        with open(os.path.join(folder, "layers.json"), encoding="utf-8") as file:
            self.layers = json.load(file)
        self.classes = self.config["classes"]
        # Names of modules have no dots.
        for name, tensor in load_file(os.path.join(folder, "model.safetensors")).items():
            self.register_buffer(name.replace(".", "/"), tensor)

    def tensor(self, name):
        return getattr(self, name.replace(".", "/"))

    def normalized(self, pixels):
        """Images as the network sees them: [batch, channels, height, width]."""
        mean, std = (torch.tensor(self.config["normalization"][name]) for name in ("mean", "std"))
        return ((torch.as_tensor(pixels) / 255 - mean) / std).permute(0, 3, 1, 2).contiguous()

    @torch.no_grad()
    def forward(self, images, seen=lambda name, value: None):
        """Logits [batch, classes] of images [batch, channels, height, width]; seen is called with every value in between."""
        values = {"image": images}
        last = {name: layer["name"] for layer in self.layers for name in layer["inputs"]}
        for layer in self.layers:
            inputs = [values[name] for name in layer["inputs"]]
            value = values[layer["name"]] = getattr(self, layer["kind"])(layer, seen, *inputs)
            seen(layer["name"], value)
            for name in layer["inputs"]:
                if last[name] == layer["name"]:
                    values.pop(name, None)
        return value

    # One method a kind of layer. Weights are [height, width, in, out], of depthwise convolutions [height, width, channels].

    def depthwise(self, layer, seen, x):
        return self.convolved(layer, seen, x, self.tensor(layer["name"]).permute(2, 0, 1).unsqueeze(1), x.shape[1])

    def pointwise(self, layer, seen, x):
        offset = layer["offset"]
        return self.convolved(layer, seen, x[:, :, offset:, offset:], self.tensor(layer["name"]).t()[:, :, None, None])

    def conv3x3(self, layer, seen, x):
        return self.convolved(layer, seen, x, self.tensor(layer["name"]).permute(3, 2, 0, 1))

    def convolved(self, layer, seen, x, weight, groups=1):
        """Taps outside the image read zeros, which is to leave them out. Scales come last: sums of +1 and -1 are exact."""
        dilation = layer.get("dilation", 1)
        padding = dilation * (weight.shape[2] - 1) // 2
        filters = sign(weight) if layer["binary"] else weight
        y = F.conv2d(x, filters.contiguous(), None, layer["stride"], padding, dilation, groups)
        if not layer["binary"]:
            return y
        seen(layer["name"] + ".sum", y)
        # In 64 bits, as the network was exported: a mean in 32 bits depends on the order.
        magnitudes = weight.double().abs()
        if self.config["network"].get("xnor") == "channel":
            return y * magnitudes.mean((1, 2, 3)).clamp(min=2**-60).float()[:, None, None]
        return y * magnitudes.mean().float()

    def affine(self, layer, seen, x):
        mean, variance, scale, shift = (
            self.tensor(f"{layer['name']}.{part}") for part in ("mean", "variance", "scale", "shift")
        )
        factor = (scale.double() / (variance.double() + self.config["network"]["epsilon"]).sqrt()).float()
        offset = (shift.double() - factor.double() * mean.double()).float()
        return x * factor[:, None, None] + offset[:, None, None]

    def linear(self, layer, seen, x):
        return F.linear(x.flatten(1), self.tensor(layer["name"] + ".weight").t(), self.tensor(layer["name"] + ".bias"))

    def maxPool(self, layer, seen, x):
        return F.max_pool2d(x, layer["size"], layer["stride"], padding=layer["size"] // 3)

    def avgPool(self, layer, seen, x):
        return F.avg_pool2d(x, 3, layer["stride"], padding=1, count_include_pad=False)

    def globalAveragePool(self, layer, seen, x):
        return x.mean((2, 3), keepdim=True)

    def zeros(self, layer, seen, x):
        height, width, channels = layer["shape"]
        return x.new_zeros(x.shape[0], channels, height, width)

    def shuffle(self, layer, seen, x):
        batch, channels, height, width = x.shape
        return x.view(batch, layer["groups"], -1, height, width).transpose(1, 2).reshape(x.shape)

    def concat(self, layer, seen, *xs):
        return torch.cat(xs, 1)

    def sum(self, layer, seen, *xs):
        return sum(xs[1:], xs[0])

    def relu(self, layer, seen, x):
        return F.relu(x)

    def sign(self, layer, seen, x):
        return sign(x)
