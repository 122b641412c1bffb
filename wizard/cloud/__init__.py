"""The client layer: `wizard.ports.Cloud` over Google's official clients. Only here the wizard meets protobufs."""
