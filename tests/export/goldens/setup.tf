# setup: project demo-project, region us-central1. Written by runvpc.
# Not in this file:
# api vpcaccess.googleapis.com: reuse, is enabled

resource "google_compute_subnetwork" "c-subnet" {
  project                  = "demo-project"
  name                     = "c-subnet"
  region                   = "us-central1"
  network                  = "my-vpc"
  ip_cidr_range            = "10.8.0.0/28"
  private_ip_google_access = false
}

resource "google_vpc_access_connector" "c" {
  project       = "demo-project"
  name          = "c"
  region        = "us-central1"
  machine_type  = "e2-micro"
  min_instances = 2
  max_instances = 3

  subnet {
    name = "c-subnet"
  }

  depends_on = [google_compute_subnetwork.c-subnet]
}

resource "google_compute_firewall" "runvpc-redis" {
  project       = "demo-project"
  name          = "runvpc-redis"
  network       = "my-vpc"
  direction     = "INGRESS"
  priority      = 799
  source_ranges = ["10.8.0.0/28"]
  target_tags   = ["redis-server"]

  allow {
    protocol = "tcp"
    ports    = ["6379", "6380-6390"]
  }

  depends_on = [google_compute_subnetwork.c-subnet]
}

resource "google_compute_router" "runvpc-nat" {
  project = "demo-project"
  region  = "us-central1"
  name    = "runvpc-nat"
  network = "my-vpc"

  depends_on = [google_compute_subnetwork.c-subnet]
}

resource "google_compute_router_nat" "runvpc-nat-nat" {
  project                            = "demo-project"
  region                             = "us-central1"
  name                               = "runvpc-nat-nat"
  router                             = "runvpc-nat"
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "LIST_OF_SUBNETWORKS"

  subnetwork {
    name                    = "c-subnet"
    source_ip_ranges_to_nat = ["ALL_IP_RANGES"]
  }

  depends_on = [google_compute_subnetwork.c-subnet, google_compute_router.runvpc-nat]
}

# Exists already: import it, or add these settings to the resource that you have.
resource "google_cloud_run_v2_service" "my-service" {
  project  = "demo-project"
  name     = "my-service"
  location = "us-central1"

  template {
    vpc_access {
      connector = "projects/demo-project/locations/us-central1/connectors/c"
      egress    = "ALL_TRAFFIC"
    }

    containers {
      env {
        name  = "GREETING"
        value = "it's \"$${HOME}\", %%{ if } 100 % \\ $(rm -rf)\nnext"
      }

      env {
        name = "PW"

        value_source {
          secret_key_ref {
            secret  = "db-password"
            version = "3"
          }
        }
      }
    }
  }

  depends_on = [google_vpc_access_connector.c, google_compute_firewall.runvpc-redis, google_compute_router.runvpc-nat, google_compute_router_nat.runvpc-nat-nat]
}
