"""
A stateful stand-in for Microsoft Graph's Intune derived-credential surface, over real HTTP and TLS.

It answers like Intune, faults included, so that a client which works here has met them. Its rules come from
Microsoft's metadata and documentation and from what people reported; it shares no line with the client it tests.
"""

from sandbox.graph.sandbox import Sandbox

__all__ = ["Sandbox"]
