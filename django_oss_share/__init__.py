"""Share private Alibaba Cloud OSS files from Django."""

__version__ = "0.1.0"
