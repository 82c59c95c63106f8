"""What users write and every word that appears in status, without I/O."""
