"""What a share's redirect is measured against: the least that counts and writes down."""
