"""What tests need to run without a cloud account: the OSS emulator and its pytest fixture."""
