"""What the cluster has, as the watches tell it: endpoints, deployments and their pods."""
