class DemoFailed(Exception):
    """One sentence for whoever started the demo."""
