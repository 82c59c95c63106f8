"""What has to be written so that the cluster is as settings and decisions say. Pure."""
