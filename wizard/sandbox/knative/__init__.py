"""The Cloud Run Admin API v1 (Knative), beside v2 and over the same store: what gcloud speaks.

A call of v1 is put into the words of the v2 method of the same meaning, goes through the one dispatcher under that
method's name, and its reply is put back into Knative's. So permissions, faults, timings, checks and the log concern one
method, however it is called.
"""
