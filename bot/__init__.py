"""Wires and runtime: settings, channels, ingress, courier, clock, web pages, sandbox."""
