def sample_charts():
    return []
