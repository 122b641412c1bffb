#!/usr/bin/env bash
# setup: project demo-project, region us-central1. Written by runvpc.
# A resource that was found as wanted is a comment.
set -euo pipefail

# api vpcaccess.googleapis.com: reuse, is enabled

# subnet c-subnet 10.8.0.0/28 in us-central1 for Cloud Run: create, no subnet of this name
gcloud compute networks subnets create c-subnet \
  --project=demo-project \
  --network=my-vpc \
  --region=us-central1 \
  --range=10.8.0.0/28

# connector c on c-subnet, e2-micro x 2-3: create, no connector $(reboot) `c` | here
gcloud compute networks vpc-access connectors create c \
  --project=demo-project \
  --region=us-central1 \
  --subnet=c-subnet \
  --machine-type=e2-micro \
  --min-instances=2 \
  --max-instances=3

# firewall rule runvpc-redis: allow tcp:6379 tcp:6380-6390 at priority 799: create, redis is closed
gcloud compute firewall-rules create runvpc-redis \
  --project=demo-project \
  --network=my-vpc \
  --direction=INGRESS \
  --action=ALLOW \
  --rules=tcp:6379,tcp:6380-6390 \
  --priority=799 \
  --source-ranges=10.8.0.0/28 \
  --target-tags=redis-server

# Cloud NAT on router runvpc-nat for subnet c-subnet: create, all-traffic needs it
gcloud compute routers create runvpc-nat \
  --project=demo-project \
  --region=us-central1 \
  --network=my-vpc
gcloud compute routers nats create runvpc-nat-nat \
  --project=demo-project \
  --region=us-central1 \
  --router=runvpc-nat \
  --nat-custom-subnet-ip-ranges=c-subnet \
  --auto-allocate-nat-external-ips

# service my-service: connector c, all-traffic: change, its network settings differ
gcloud run services update my-service \
  --project=demo-project \
  --region=us-central1 \
  --vpc-connector=projects/demo-project/locations/us-central1/connectors/c \
  --vpc-egress=all-traffic \
  '--update-env-vars=^@^GREETING=it'"'"'s "${HOME}", %{ if } 100 % \ $(rm -rf)
next' \
  --update-secrets=PW=db-password:3
