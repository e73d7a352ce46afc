"""The network of the small model (nnet3, factored time-delay layers), as Kaldi's file holds it, to be trained."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.teaching import kaldi

LEFT, RIGHT = 26, 14
"""Frames before and after that an output depends on."""
EVERY = 3
"""Frames from one output to the next (`--frame-subsampling-factor`)."""
_OFFSETS = {
    **dict.fromkeys((2, 3, 4), (1, 1)),
    5: (0, 0),
    **dict.fromkeys((6, 7, 8), (3, 3)),
    **dict.fromkeys((9, 10, 11, 12), (3, 0)),
}
"""Layer → how many frames back its first half looks, and how many ahead its second."""
_FIRST_SPARSE = 5
"""From this layer on only every third frame is needed."""
_BYPASS = 0.75


class Network(nn.Module):
    """From features (batch, frames, 40) and i-vectors (batch, 30) to the chain model's scores (batch, outputs, 2192).

    The first output belongs to frame LEFT.
    """

    def __init__(self, file: bytes) -> None:
        super().__init__()
        self._file = file
        self.weights = nn.ParameterDict()
        fields = [("tdnn1.affine", "LinearParams"), ("tdnn1.affine", "BiasParams"), ("prefinal-l", "Params")]
        for layer in _OFFSETS:
            fields += [(f"tdnnf{layer}.linear", "LinearParams"), (f"tdnnf{layer}.affine", "LinearParams")]
            fields += [(f"tdnnf{layer}.affine", "BiasParams")]
        fields += [("prefinal-chain.affine", "LinearParams"), ("prefinal-chain.affine", "BiasParams")]
        fields += [
            ("prefinal-chain.linear", "Params"),
            ("output.affine", "LinearParams"),
            ("output.affine", "BiasParams"),
        ]
        for component, name in fields:
            numbers = kaldi.field(file, name, self._begin(component))
            self.weights[_key(component, name)] = nn.Parameter(torch.tensor(numbers, dtype=torch.float32))
        names = ["delta", "tdnn1.batchnorm", *(f"tdnnf{layer}.batchnorm" for layer in _OFFSETS)]
        self._norms = {
            name: self._norm(name) for name in [*names, "prefinal-chain.batchnorm1", "prefinal-chain.batchnorm2"]
        }

    def forward(self, sound: Tensor, ivector: Tensor) -> Tensor:
        """See the class."""
        slope = sound[:, 3:-1] - sound[:, 1:-3]
        bend = sound[:, :-4] + sound[:, 4:] - 2 * sound[:, 2:-2]
        x = self._normed("delta", torch.cat((sound[:, 2:-2], slope, bend), -1))
        x = torch.cat((x, ivector[:, None].expand(-1, x.shape[1], -1)), -1)
        x = self._normed("tdnn1.batchnorm", functional.relu(self._affine("tdnn1.affine", x)))
        for layer, offsets in _OFFSETS.items():
            if layer == _FIRST_SPARSE:
                x = x[:, ::EVERY]
            back, ahead = (offset if layer < _FIRST_SPARSE else offset // EVERY for offset in offsets)
            y = _two_frames(x, back, self._weight(f"tdnnf{layer}.linear", "LinearParams"))
            y = functional.relu(self._affine(f"tdnnf{layer}.affine", _joined(y, ahead)))
            x = _BYPASS * x[:, back : x.shape[1] - ahead] + self._normed(f"tdnnf{layer}.batchnorm", y)
        x = functional.linear(x, self._weight("prefinal-l", "Params"))
        x = self._normed("prefinal-chain.batchnorm1", functional.relu(self._affine("prefinal-chain.affine", x)))
        x = self._normed(
            "prefinal-chain.batchnorm2", functional.linear(x, self._weight("prefinal-chain.linear", "Params"))
        )
        return self._affine("output.affine", x)

    def arrays(self) -> dict[str, np.ndarray]:
        """The weights by component and field, as `lessons_of` takes them."""
        return {key.replace("|", ".").replace(":", "/"): w.detach().numpy().copy() for key, w in self.weights.items()}

    def _begin(self, component: str) -> int:
        return self._file.index(f"<ComponentName> {component} ".encode())

    def _norm(self, name: str) -> tuple[Tensor, Tensor]:
        begin = self._begin(name)
        variance = kaldi.field(self._file, "StatsVar", begin) + kaldi.value(self._file, "Epsilon", begin)
        scale = kaldi.value(self._file, "TargetRms", begin) / np.sqrt(variance)
        shift = -kaldi.field(self._file, "StatsMean", begin) * scale
        return torch.tensor(scale, dtype=torch.float32), torch.tensor(shift, dtype=torch.float32)

    def _normed(self, name: str, x: Tensor) -> Tensor:
        scale, shift = self._norms[name]
        return x * scale.to(x.dtype) + shift.to(x.dtype)

    def _weight(self, component: str, name: str) -> Tensor:
        return self.weights[_key(component, name)]

    def _affine(self, component: str, x: Tensor) -> Tensor:
        return functional.linear(x, self._weight(component, "LinearParams"), self._weight(component, "BiasParams"))


def _two_frames(x: Tensor, apart: int, weight: Tensor) -> Tensor:
    """`weight` times each frame beside the one so many frames later, without copying wide frames."""
    if not apart:
        return functional.linear(x, weight)
    first, second = functional.linear(x, torch.cat(weight.chunk(2, 1))).chunk(2, -1)
    return first[:, : x.shape[1] - apart] + second[:, apart:]


def _joined(x: Tensor, apart: int) -> Tensor:
    """Each frame beside the one so many frames later."""
    return torch.cat((x[:, : x.shape[1] - apart], x[:, apart:]), -1) if apart else x


def _key(component: str, name: str) -> str:
    """Torch allows no dots in a name."""
    return f"{component.replace('.', '|')}:{name}"
