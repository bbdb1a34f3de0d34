"""The operations of OSS, one function each: a :class:`call.Call` in, a response out, or an :class:`OSSError`."""
