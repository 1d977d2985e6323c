"""Steps of other annotation tools, each run by the Python of an environment that has the tool and nothing of ours."""
