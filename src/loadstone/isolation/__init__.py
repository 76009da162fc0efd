"""RUN ELSEWHERE: a model served by a worker in a foreign interpreter, confined, and nothing of it left behind."""
