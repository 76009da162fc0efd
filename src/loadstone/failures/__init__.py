"""What a running program raised, looked into: explained, and diagnosed where the model file is found."""
