"""What the tests of the sandbox talk to it with: plain HTTP, and no idea of what is right."""

from __future__ import annotations

import json
from typing import Any

import requests

from sandbox.graph import Sandbox
from sandbox.graph.identity import CLIENT_ID, CLIENT_SECRET, TENANT_ID

DM = "/deviceManagement"
CREDENTIALS = f"{DM}/derivedCredentials"
PROFILES = f"{DM}/deviceConfigurations"
STATES = f"{DM}/deviceConfigurationsAllManagedDeviceCertificateStates"

ANDROID = "androidDeviceOwnerDerivedCredentialAuthenticationConfiguration"
IOS = "iosDerivedCredentialAuthenticationConfiguration"
DOMAIN_JOIN = "windowsDomainJoinConfiguration"

CREDENTIAL = {"displayName": "C", "issuer": "purebred", "notificationType": "email"}
GROUP = "0f0e0d0c-0000-4000-8000-000000000001"


def profile(kind: str = ANDROID, **properties: Any) -> dict[str, Any]:
    """Write the body with which a profile is created."""
    return {"@odata.type": f"#microsoft.graph.{kind}", "displayName": "P", **properties}


def target(kind: str, **members: Any) -> dict[str, Any]:
    """Write an assignment to a target."""
    return {"target": {"@odata.type": f"#microsoft.graph.{kind}AssignmentTarget", **members}}


def sign_in(sandbox: Sandbox, **form: str) -> requests.Response:
    """Ask the token endpoint; *form* overrides what a right request would say."""
    right = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "scope": "https://graph.microsoft.com/.default",
    }
    url = f"{sandbox.authority_host}/{TENANT_ID}/oauth2/v2.0/token"
    return requests.post(url, data={**right, **form}, verify=sandbox.ca_file, timeout=10)


class Graph:
    """A session with a token. Paths are relative to /beta; those that start with ``http`` are taken as they are."""

    def __init__(self, endpoint: str, token: str) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {token}"
        self.base = f"{endpoint}/beta"

    def close(self) -> None:
        """Let go of the connections."""
        self.session.close()

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        """Send one request; text is sent as it is, anything else as JSON."""
        url = path if path.startswith("http") else self.base + path
        headers = {"Content-Type": "application/json", **options.pop("headers", {})}
        if body is not None:
            options |= {"data": body.encode()} if isinstance(body, str) else {"json": body}
        return self.session.request(method, url, headers=headers, **{"timeout": 10, **options})

    def get(self, path: str, **options: Any) -> requests.Response:
        """Read."""
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        """Create, or run an action."""
        return self.call("POST", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        """Change."""
        return self.call("PATCH", path, body, **options)

    def put(self, path: str, body: Any = None) -> requests.Response:
        """Set a reference."""
        return self.call("PUT", path, body)

    def delete(self, path: str) -> requests.Response:
        """Delete."""
        return self.call("DELETE", path)

    def made(self, path: str, body: Any) -> dict[str, Any]:
        """Create an object, which must succeed, and return it."""
        answer = self.post(path, body)
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()
        return created

    def credential(self, **properties: Any) -> str:
        """Create a derived credential and return its id."""
        return str(self.made(CREDENTIALS, {**CREDENTIAL, **properties})["id"])

    def profile(self, kind: str = ANDROID, **properties: Any) -> str:
        """Create a profile and return its id."""
        return str(self.made(PROFILES, profile(kind, **properties))["id"])

    def url(self, collection: str, key: str) -> str:
        """Write the URL with which an object is referred to."""
        return f"{self.base}{collection}('{key}')"


def connect(sandbox: Sandbox, endpoint: str = "") -> Graph:
    """Sign in by way of the managed identity: the quickest, as it needs no TLS. *endpoint*: if not the plain one."""
    graph = Graph(endpoint or sandbox.graph_endpoint, "")
    graph.session.verify = sandbox.ca_file
    variables = sandbox.managed_identity_environment
    headers = {"X-IDENTITY-HEADER": variables["IDENTITY_HEADER"]}
    query = {"resource": "https://graph.microsoft.com"}
    answer = graph.session.get(variables["IDENTITY_ENDPOINT"], params=query, headers=headers, timeout=10)
    graph.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return graph


def said(answer: requests.Response) -> str:
    """Return the code of an error and its message, unwrapped from Intune's JSON inside a string."""
    error = answer.json()["error"]
    message = str(error["message"])
    if message.startswith("{"):
        message = str(json.loads(message)["Message"])
    return f"{error['code']}: {message}"
