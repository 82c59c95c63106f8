"""What the pods say of themselves, asked every few seconds."""
