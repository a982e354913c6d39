"""Permits to dig, repair works of city services, and the claims that go out by themselves."""
