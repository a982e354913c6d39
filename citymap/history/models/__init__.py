"""Tables of the history: the chain's records, its sealed log, its roots, and protocols."""

from citymap.history.models.chain import ChainRecord, Salt, Unsealed
from citymap.history.models.log import Leaf, Node, Publication, Root, RootSignature
from citymap.history.models.protocols import (
    Look,
    Protocol,
    ProtocolKind,
    ProtocolNote,
    ProtocolState,
)

__all__ = [
    "ChainRecord",
    "Leaf",
    "Look",
    "Node",
    "Protocol",
    "ProtocolKind",
    "ProtocolNote",
    "ProtocolState",
    "Publication",
    "Root",
    "RootSignature",
    "Salt",
    "Unsealed",
]
