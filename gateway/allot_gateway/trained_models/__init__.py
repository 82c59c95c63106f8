"""Trained models and their deployments over REST, TrainedModels and ModelDeployments behind."""
