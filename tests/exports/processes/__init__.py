"""Workers that write exports in processes of their own, and can be killed."""
