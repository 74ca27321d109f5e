"""Redaction: no planted secret survives in any place, and nothing harmless is lost."""

import base64
import json
import re
from collections.abc import Callable
from time import process_time
from urllib.parse import quote, unquote

import pytest

from assurance.tape.redaction import PLAIN_ENVIRONMENT_VALUE, Redactor, kind_of_token, secret_kind
from assurance.tape.secret_forms import kind_by_form
from sandbox.azure.activity_log import CLAIMS as SANDBOX_CLAIMS
from sandbox.azure.activity_log import event

HEX_KEY = "3f8a1c9d7e2b4056a1b2c3d4e5f60718"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiIxMjM0NTY3OCJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
STORAGE_KEY = "Ab3" + "dE4fG5hI6jK7" * 6 + "LmN8oPq9rSt" + "=="
SIGNATURE = "q1W2e3R4t5Y6u7I8o9P0aSdFgHjKlZxCvBnM%2F1%3D"
AI_KEY = "9kL2mN4pQ6rS8tU0vW1xY3zA5bC7dE9fG1hI3jK5lM7nO9pQ1rS3" + "JQQJ99BCAC" + "Yeb4fgD7hJ2kL4mN6pQ8rS"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAxyz123\nabcDEF456\n-----END RSA PRIVATE KEY-----"
GUID = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"

CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"

RUN = "a1B2c3D4e5"
# What is planted, by name: a text around it, and the secret itself.
PLANTED = {
    "bearer": ("Authorization: Bearer {}", "AbCdEf0123456789xyzOPAQUE"),
    "json-web-token": ("the token {} was refused", JWT),
    "basic": ("Authorization: Basic {}", "YXBleDpodW50ZXIy"),
    "account-key": ("DefaultEndpointsProtocol=https;AccountName=st;AccountKey={};EndpointSuffix=x", STORAGE_KEY),
    "account-key-alone": ("rotated {} today", STORAGE_KEY),
    "sas-in-url": ("https://st.blob.core.windows.net/c/b?sv=2022-11-02&sp=r&sig={}", SIGNATURE),
    "sas-alone": ("sv=2022-11-02&ss=b&srt=sco&se=2027-01-01&sig={}", SIGNATURE),
    "sas-nested-in-url": ("https://x.invalid/?next=https%3A%2F%2Fst%2Fb%3Fsp%3Dr%26sig%3D{}", "q1W2e3R4t5Y6u7I8"),
    "sql-password": ("Server=tcp:sql;Initial Catalog=db;User ID=sa;Password={};Encrypt=True", "hunter2!x"),
    "sql-password-with-spaces": ("Server=tcp:sql;User ID=sa;Pwd={};Encrypt=True", "correct horse battery"),
    "service-bus": ("Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey={}", "aGVsbG8gd29ybGQgMTIzNDU2Nzg5MA="),
    "application-insights": ("InstrumentationKey={};IngestionEndpoint=https://eastus.in/", GUID),
    "client-secret-in-form": ("grant_type=client_credentials&client_secret={}", "Zx8~aQ.bcdefg-hijk"),
    "entra-client-secret": ("secret value {} expired", "abc8Q~" + "dEfGhIjKlMnOpQrStUvWxYz0123456789A"),
    "private-key": ("found:\n{}", PEM),
    "password-in-url": ("postgresql://apex:{}@db.invalid:5432/apex", "s3cr3t-pa55"),
    "password-in-url-without-user": ("rediss://:{}@cache.invalid:6380", "s3cr3t-pa55"),
    "password-in-prose": ("login failed, password: {}", "hunter2"),
    "password-in-json-text": ('the body was {{"password": "{}", "x": 1', "correct horse"),
    "api-key-header": ("api-key: {}", HEX_KEY),
    "subscription-key-header": ("Ocp-Apim-Subscription-Key: {}", HEX_KEY),
    "azure-ai-key": ("the key {} is not valid", AI_KEY),
    "openai-key": ("used {}", "sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12"),
    "github-token": ("cloned with {}", "ghp_" + "a1B2c3D4e5" * 4),
    "github-fine-grained-token": ("cloned with {}", "github_pat_" + "a1B2c3D4e5" * 4),
    "token-as-url-user": ("https://{}@github.invalid/apex.git", "a1b2c3d4e5f6a7b8c9d0e1f2"),
    "slack-webhook": ("https://hooks.slack.com/services/{}", "T000/B000/abcDEF123456ghiJKL"),
    "slack-token": ("used {}", "xoxb-123456789012-abcdefABCDEF"),
    "teams-webhook": ("https://contoso.webhook.office.com/webhookb2/{}", GUID + "@x/IncomingWebhook/abc123"),
    "pagerduty": ("https://events.pagerduty.com/integration/{}/enqueue", HEX_KEY),
    "function-key": ("https://f.azurewebsites.net/api/run?code={}", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7=="),
    "refresh-token": ("refresh_token={}&scope=x", "0.AXEA-opaque-value"),
    "e-mail-address": ("assigned to {} yesterday", "jane.o'brien@apex.example"),
    "e-mail-of-a-guest": ("user {}", "jane_apex.example#EXT#@contoso.onmicrosoft.com"),
    "e-mail-in-url": ("https://graph.invalid/users?filter={}", "jane.doe%40apex.example"),
    "e-mail-in-unicode": ("assigned to {} yesterday", "jürgen.müller@bücher.example"),
    "e-mail-with-a-wide-at": ("assigned to {} yesterday", "jane\uff20apex.example"),
    "gitlab": ("cloned with {}", "glpat-" + "a1B2c3D4e5" * 2),
    "gitlab-runner": ("registered with {}", "glrt-" + "a1B2c3D4e5" * 2),
    "stripe": ("charged by {}", "sk_live_" + "a1B2c3D4e5" * 3),
    "stripe-restricted": ("charged by {}", "rk_test_" + "a1B2c3D4e5" * 3),
    "stripe-webhook": ("signed by {}", "whsec_" + "a1B2c3D4e5" * 3),
    "sendgrid": ("sent by {}", "SG." + "a1B2c3D4e5" * 2 + "." + "f6G7h8I9j0" * 4),
    "npm": ("published with {}", "npm_" + "a1B2c3D4e5" * 3 + "Kl12Mn"),
    "pypi": ("published with {}", "pypi-" + "AgEIcHlwaS5vcmcC" * 3),
    "docker-hub": ("pulled with {}", "dckr_pat_" + "a1B2c3D4e5" * 3),
    "azure-devops": ("cloned with {}", "a1B2c3D4e5f6" * 6 + "g7H8" + "AZDO" + "x9Y8"),
    "google": ("mapped with {}", "AIza" + "a1B2c3D4e5" * 3 + "Kl12M"),
    "google-client-secret": ("signed in with {}", "GOCSPX-" + "a1B2c3D4e5" * 3),
    "google-token": ("signed in with {}", "ya29." + "a1B2c3D4e5" * 3),
    "amazon": ("stored with {}", "AKIA" + "IOSFODNN7EXAMPLE"),
    "hugging-face": ("loaded with {}", "hf_" + "aBcDeFgHiJ" * 3 + "kLmN"),
    "databricks": ("queried with {}", "dapi" + "0123456789abcdef" * 2),
    "slack-app": ("posted with {}", "xapp-1-A0-" + "a1b2c3d4e5" * 3),
    "atlassian": ("filed with {}", "ATATT3" + "xFfGF0a1B2" * 4),
    "shopify": ("sold with {}", "shpat_" + "0123456789abcdef" * 2),
    "grafana": ("drawn with {}", "glsa_" + "a1B2c3D4e5" * 3 + "_0a1b2c3d"),
    "hashicorp": ("sealed with {}", "hvs." + "a1B2c3D4e5" * 3),
    "curl-user": ("ran: curl -u apex:{} https://x.invalid/", "hunter2x"),
    "curl-long-user": ("ran: curl --user apex:{} https://x.invalid/", "hunter2x"),
    "option-of-a-command": ("ran: tool --db-password {} --verbose", "hunter2x"),
    "option-with-equals": ("ran: tool --api-key={} --verbose", "k3y-0f-th3-ap1"),
    "xml": ("<Account><AccountKey>{}</AccountKey></Account>", "abcd1234efgh"),
    "app-configuration": (
        "Endpoint=https://x.azconfig.io;Id=ab-l9-s0:abc;Secret={}",
        "kJ8h2mN4pQ6rS8tU0vW2xY4zA6bC8dE0fG2hI4jK6lM=",
    ),
    "redis-cache": ("x.redis.cache.windows.net:6380,password={},ssl=True", "kJ8h2mN4pQ6rS8tU0vW2xY4zAzCaAbc="),
    "event-grid": ("aeg-sas-key: {}", "kJ8h2mN4pQ6rS8tU0vW2xY4zA6bC8dE0fG2hI4jK6lM="),
    "signalr": (
        "Endpoint=https://x.service.signalr.net;AccessKey={};Version=1.0;",
        "kJ8h2mN4pQ6rS8tU0vW2xY4zA6bC8dE0fG2hI4jK6lM=",
    ),
    "functions-key-header": ("x-functions-key: {}", "kJ8h2mN4pQ6rS8tU0vW2xY4z=="),
    "x-api-key": ("X-Api-Key: {}", "opaque-value-123"),
    "cookie": ("the request had Cookie: session={}; theme=dark", "s3ss10nv4lue99"),
    "set-cookie": ("Set-Cookie: ARRAffinity={}; Path=/; HttpOnly", "s3ss10nv4lue99"),
    "proxy-authorization": ("Proxy-Authorization: Basic {}", "dXNlcjpwYXNzd29yZA=="),
    "digest-auth": ('Authorization: Digest username="apex", response="{}"', "6629fae49393a05397450978507c4ef1"),
    "new-relic": ("used {}", "NRAK-" + "A1B2C3D4E5" * 2 + "ABCDEFG"),
    "twilio": ("sid {}", "SK" + "0123456789abcdef" * 2),
    "mailgun": ("sent by {}", "key-" + "0123456789abcdef" * 2),
    "telegram": ("bot {}", "123456789:AA" + RUN * 3 + "xyz"),
    "discord-webhook": ("https://discord.com/api/webhooks/123456789012345678/{}", RUN * 6),
    "notion": ("used {}", "ntn_" + RUN * 4),
    "figma": ("used {}", "figd_" + RUN * 4),
    "doppler": ("used {}", "dp.pt." + RUN * 4),
    "rubygems": ("used {}", "rubygems_" + "0123456789abcdef" * 3),
    "nuget": ("used {}", "oy2" + "a1b2c3d4e5" * 4 + "abc"),
    "terraform-cloud": ("used {}", RUN + "abcd.atlasv1." + RUN * 6),
    "pulumi": ("used {}", "pul-" + "0123456789abcdef" * 2 + "01234567"),
    "planetscale": ("used {}", "pscale_tkn_" + RUN * 4),
    "sentry-token": ("used {}", "sntrys_" + RUN * 6),
    "supabase": ("used {}", "sbp_" + "0123456789abcdef" * 2 + "01234567"),
    "square": ("used {}", "sq0atp-" + RUN * 2 + "ab"),
    "airtable": ("used {}", "pat" + RUN + "ABCD." + "0123456789abcdef" * 4),
    "dynatrace": ("used {}", "dt0c01." + "A1B2C3D4E5F6G7H8I9J0K1L2" + "." + "A1B2C3D4E5" * 6 + "ABCD"),
    "postman": ("used {}", "PMAK-" + "0123456789abcdef01234567" + "-" + "0123456789abcdef" * 2 + "01"),
    "cloudflare": ("used {}", "v1.0-" + "0123456789abcdef01234567" + "-" + "0123456789abcdef" * 9),
    "artifactory": ("used {}", "AKCp" + RUN * 7),
    "jfrog": ("used {}", "cmVmdGtu" + "OjAxOjE3" * 7),
    "aws-url": ("https://s3.amazonaws.com/x?X-Amz-Credential=AKIA&X-Amz-Signature={}", "0123456789abcdef" * 4),
    "gcs-url": ("https://storage.googleapis.com/x?X-Goog-Signature={}", "0123456789abcdef" * 4),
    "pgp": (
        "{}",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOYBGUabcdefghijk\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----",
    ),
    "pem-escaped": (
        '"private_key": "{}"',
        "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0\\n-----END PRIVATE KEY-----\\n",
    ),
    "putty": ("{}", "PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 14\nAAABAQCabcdefghijklmnopqrstuvwxyz012345\n"),
    "kubeconfig": ("client-key-data: {}", "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFcEFJQkFBS0NBUUVB"),
    "kubeconfig-token": ("    token: {}", "opaque-kube-token-1"),
    "docker-auth": ('{{"auths": {{"acr": {{"auth": "{}"}}}}}}', "YXBleDpodW50ZXIyeHl6MTIz"),
    "netrc": ("machine x.invalid login apex password {}", "hunter2x9"),
    "pgpassword": ("PGPASSWORD={} psql -h x", "hunter2x9"),
    "mysql-p": ("mysql -uroot -p{} -h x", "hunter2x9"),
    "sshpass": ("sshpass -p {} ssh x", "hunter2x9"),
    "sqlcmd": ("sqlcmd -S x -U sa -P {}", "hunter2x9"),
    "publish-profile": ('<publishProfile userName="$apex" userPWD="{}" />', "hunter2x9A"),
    "odbc-quoted": ("Driver={{ODBC}};Server=x;Uid=sa;Pwd='{}';", "hun;ter2x9"),
    "odbc-braced": ("Driver={{ODBC}};Server=x;Uid=sa;Pwd={{{}}};", "hun;ter2x9"),
    "mongodb": ("mongodb+srv://apex:{}@x.mongodb.net/apex", "p4ss-w0rd"),
    "url-with-encoded-pw": ("postgresql://apex:{}@x/db", "p4ss%40w0rd%21"),
    "otpauth": ("otpauth://totp/APEX:jane?secret={}&issuer=APEX", "JBSWY3DPEHPK3PXP"),
    "saml": (
        "SAMLResponse={}",
        base64.b64encode(
            b'<samlp:Response xmlns="x"><Assertion>jane@apex.example</Assertion></samlp:Response>'
        ).decode(),
    ),
    "authorization-code": ("https://app/callback?code={}&state=xyz", "0.AXoA-opaque-code-value-12345"),
    "device-code": ("device_code={}&client_id=x", "BAQABAAEAAAD-opaque"),
    "id-token": ("id_token={}", "opaque.id.tok"),
    "assertion": ("assertion={}&requested_token_use=on_behalf_of", "opaque-assertion-1"),
    "passwd-in-yaml": ('password: "{}"', "correct horse battery"),
    "password-is-prose": ("the password is {}", "hunter2x9"),
    "password-fat-arrow": ("password => {}", "hunter2x9"),
    "german": ("Passwort: {}", "hunter2x9"),
    "secret-key-prose": ("secret key: {}", "hunter2x9-k"),
    "pwd-table": ("| password | {} |", "hunter2x9"),
    "powershell": ('$env:DB_PASSWORD = "{}"', "hunter2x9"),
    "az-cli-short": ("az login --service-principal -u x -p {} --tenant y", "hunter2x9"),
    "curl-header": ("curl -H 'Authorization: Bearer {}' https://x", "opaque123token"),
    "curl-header-key": ("curl -H 'api-key: {}' https://x", "opaque123token"),
    "jwe": (
        "token {}",
        "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGe.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6ji.XFBoMYUZodetZdvTiFvSkQ",
    ),
    "swa-token": ("deployment_token={}", ("0123456789abcdef" * 4)),
    "acr-token": ("docker login -u x -p {} acr.io", "hunter2x9"),
    "email-display": ("Jane Doe <{}>", "jane.doe@apex.example"),
    "email-punycode": ("mail {}", "jane@xn--bcher-kva.example"),
    "email-quoted": ("mail {}", '"jane doe"@apex.example'),
    "upn-live": ("acted as: live.com#{}", "jane@outlook.example"),
    "email-at-ip": ("mail {}", "jane@[203.0.113.7]"),
    "email-html": ("mail {}", "jane&#64;apex.example"),
    "email-u0040": ("mail {}", "jane\\u0040apex.example"),
    "email-double-encoded": ("https://x/?u={}", "jane%2540apex.example"),
}
# JSON bodies by name, in which the secret stands because of where it stands.
PLANTED_BODIES: dict[str, tuple[object, str]] = {
    "storage-key-list": ({"keys": [{"keyName": "key1", "permissions": "FULL", "value": "k-9d8f"}]}, "k-9d8f"),
    "cognitive-keys": ({"key1": HEX_KEY, "key2": "other"}, HEX_KEY),
    "cognitive-second-key": ({"key1": "other", "key2": HEX_KEY}, HEX_KEY),
    "84-characters": ({"message": f"key {AI_KEY}"}, AI_KEY),
    "administrator": ({"properties": {"administratorLoginPassword": "hunter2"}}, "hunter2"),
    "admin": ({"osProfile": {"adminPassword": "hunter2"}}, "hunter2"),
    "numeric-password": ({"password": 73910284}, "73910284"),
    "instrumentation": ({"properties": {"InstrumentationKey": GUID}}, GUID),
    "dapr": ({"properties": {"daprAIInstrumentationKey": GUID}}, GUID),
    "connection-string": ({"ConnectionString": "anything-at-all"}, "anything-at-all"),
    "workspace": ({"primarySharedKey": "abc123=="}, "abc123=="),
    "cosmos": ({"primaryMasterKey": "abc123=="}, "abc123=="),
    "routing-key": ({"routing_key": HEX_KEY}, HEX_KEY),
    "registry": ({"username": "apexacr", "passwords": [{"name": "password", "value": "abc+12/3"}]}, "abc+12/3"),
    "container-secret": ({"secrets": [{"name": "x", "value": "plain"}]}, "plain"),
    "vault-secret": ({"id": "https://kv.vault.azure.net/secrets/x/1", "value": "plain"}, "plain"),
    "environment": ({"env": [{"name": "GREETING", "value": "hello there"}]}, "hello there"),
    "numeric-environment": ({"env": [{"name": "PIN", "value": 918273}]}, "918273"),
    "environment-of-a-group": ({"environmentVariables": [{"name": "A", "value": "hello there"}]}, "hello there"),
    "environment-as-object": ({"environmentVariables": {"A": "hello there"}}, "hello there"),
    "dapr-metadata": ({"metadata": [{"name": "redisPassword", "value": "abc"}]}, '"abc"'),
    "http-header": ({"httpHeaders": [{"name": "Authorization", "value": "opaque"}]}, "opaque"),
    "command-line": ({"args": ["serve", "--api-key", "opaque-1", "--port", "80"]}, "opaque-1"),
    "alert": ({"alerts": [{"who": ["jane@apex.example"]}]}, "jane@apex.example"),
    "phone": ({"smsReceivers": [{"countryCode": "1", "phoneNumber": "5551234567"}]}, "5551234567"),
    "json-in-string": ({"message": json.dumps({"error": {"client_secret": "hunter2"}})}, "hunter2"),
    "json-in-json-in-string": ({"m": json.dumps({"m": json.dumps({"key1": "hunter2"})})}, "hunter2"),
    "claim-name": ({"claims": {"name": "Jane Doe"}}, "Jane Doe"),
    "claim-given-name": ({"claims": {f"{CLAIMS}/givenname": "Jane"}}, "Jane"),
    "claim-surname": ({"claims": {f"{CLAIMS}/surname": "Doe-Roe"}}, "Doe-Roe"),
    "claim-address": ({"claims": {"ipaddr": "203.0.113.7"}}, "203.0.113.7"),
    "claim-puid": ({"claims": {"puid": "10032001ABCD"}}, "10032001ABCD"),
    "claim-groups": ({"claims": {"groups": f"{GUID},x"}}, GUID),
    "claim-unheard-of": ({"claims": {"favourite_colour": "mauve"}}, "mauve"),
    "client-address": ({"httpRequest": {"clientIpAddress": "203.0.113.7"}}, "203.0.113.7"),
    "caller-address": ({"callerIpAddress": "203.0.113.7:4711"}, "203.0.113.7"),
    "person": ({"user": {"givenName": "Jane", "surname": "Doe-Roe"}}, "Doe-Roe"),
    "name-of-a-key": ({"owners": {"jane@apex.example": True}}, "jane@apex.example"),
}
HARMLESS = {
    "resource id": (
        f"/subscriptions/{GUID}/resourceGroups/apex-rg-prod/providers/Microsoft.KeyVault/vaults/kv-apex-prod-4k7x"
    ),
    "sub-resource id": "/subscriptions/x/providers/Microsoft.Authorization/roleAssignments/" + GUID,
    "guid": GUID,
    "etag": 'W/"0x8DC4F1A2B3C4D5E"',
    "dns name": "ca-apex-prod--r0012.internal.purplebay-3f9c2d41.eastus.azurecontainerapps.io",
    "image digest": "apexacr.azurecr.io/apex-backend@sha256:" + "9f86d081884c7d65" * 4,
    "digest": "sha256:" + "9f86d081884c7d65" * 4,
    "version": "1.4.2-beta.20260311.5",
    "date": "2026-03-12T08:15:30.0000000Z",
    "origins": "https://apex.example,https://admin.apex.example",
    "vault reference": "@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/x/)",
    "secret url": "https://kv-apex-prod-4k7x.vault.azure.net/secrets/AZURE-SQL-CONNECTION-STRING",
    "challenge": 'Bearer authorization="https://login.microsoftonline.com/x", resource="https://vault.azure.net"',
    "other challenge": "Bearer authorization_uri=https://login.microsoftonline.com/x resource_id=https://s.azure.com",
    "prose": "Public access is disabled. Basic authentication is disabled. Rotate the keys of each account.",
    "skip token": "https://management.azure.com/x?api-version=2024-01-01&$skiptoken=b2Zmc2V0OjI%3D",
}
PLAIN_VALUES = {
    "ENVIRONMENT": "production",
    "LOG_LEVEL": "INFO",
    "DEBUG": "false",
    "MAX_TOKENS": "4096",
    "PASSWORD_MIN_LENGTH": "12",
    "API_KEY_HEADER": "X-API-Key",
    "KEY_VAULT_NAME": "kv-apex-prod-4k7x",
    "KEY_VAULT_URL": "https://kv-apex-prod-4k7x.vault.azure.net/",
    "KEYVAULT_SECRET_NAME": "azure-sql-connection-string",
    "TOKEN_URL": "https://login.microsoftonline.com/x/oauth2/v2.0/token",
    "SQL_HOST": "sql-apex-prod.database.windows.net",
    "CORS_ORIGINS": "https://apex.example,https://admin.apex.example",
    "AZURE_CLIENT_ID": GUID,
    "RUN_ID": HEX_KEY,
    "IMAGE_DIGEST": "sha256:" + "9f86d081884c7d65" * 4,
    "GIT_COMMIT": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
    "APP_VERSION": "1.4.2-beta.20260311.5",
    "POD": "ca-apex-prod--r0012-7f8d9c6b5-x2x4z",
    "WORKSPACE": f"/subscriptions/{GUID}/resourceGroups/apex-rg-prod/providers/Microsoft.OperationalInsights/x",
    "SUPPORT_ADDRESS": "support@apex.example",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "SECRET_REFERENCE": "@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/x/)",
}
SECRET_VALUES = {
    "DB_PASSWORD": "hunter2",
    "NUMERIC_PASSWORD": "123456",
    "OPENAI_API_KEY": HEX_KEY,
    "OPENAIKEY": "short",
    "OpenAI__Key": "short",
    "AZURE_SQL_CONNECTION_STRING": "anything",
    "ACCESS_TOKEN": "x1",
    "A": "Server=tcp:x;Password=abc;",
    "B": JWT,
    "C": STORAGE_KEY,
    "D": HEX_KEY,
    "E": AI_KEY,
    "F": "https://st.blob.core.windows.net/c?sp=r&sig=" + SIGNATURE,
    "G": "https://hooks.slack.com/services/T000/B000/abcDEF123456ghiJKL",
    "H": "kJ8f-2Lq9xWz_TbV4nMpR7sYcE1uHg3aD5oIi6tQ0wX",
    "I": "aGVsbG8gd29ybGQgMTIzNDU2Nzg5MGFiY2RlZmdoaWo=",
    "DATABASE_URL": "postgresql://apex:pw@db.invalid/apex",
    "SENTRY": "https://0a1b2c3d4e5f60718293a4b5c6d7e8f9@o1.ingest.invalid/2",
}


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    """One redactor for all: it computes the digest of each secret once."""
    return Redactor(salt="22222222-2222-4222-8222-222222222222/prod")


def as_text(text: str) -> bytes:
    """A body that is no JSON."""
    return f"<html>{text}</html>".encode()


def as_json(text: str) -> bytes:
    """A JSON body with the text deep inside."""
    return json.dumps({"properties": {"list": [{"message": text}]}}).encode()


def as_json_in_string(text: str) -> bytes:
    """A JSON body whose message is itself JSON."""
    return json.dumps({"message": json.dumps({"inner": [text]})}).encode()


def as_environment(text: str) -> bytes:
    """The body of a container app with the text in a variable."""
    return json.dumps({"template": {"containers": [{"env": [{"name": "A", "value": text}]}]}}).encode()


def pieces(secret: str) -> list[str]:
    """What must not be found: the secret, or any long part of it."""
    return [secret, *re.findall(r"[A-Za-z0-9]{12,}", secret)]


@pytest.mark.parametrize("name", sorted(PLANTED))
def test_no_planted_secret_survives_in_a_message_or_url(redactor: Redactor, name: str) -> None:
    """A message or URL with a secret keeps none of it, and keeps what is in front of it."""
    around, secret = PLANTED[name]
    redacted = redactor.text(around.format(secret))
    assert not [piece for piece in pieces(secret) if piece in redacted]
    assert "[redacted " in redacted
    assert redacted.startswith(around.format("\0").split("\0")[0][:10])


@pytest.mark.parametrize("wrap", [as_text, as_json, as_json_in_string, as_environment])
@pytest.mark.parametrize("name", sorted(PLANTED))
def test_no_planted_secret_survives_in_a_body(redactor: Redactor, name: str, wrap: Callable[[str], bytes]) -> None:
    """A body keeps no secret, be it text, JSON, JSON in a string, or a container's environment."""
    around, secret = PLANTED[name]
    redacted = redactor.body(wrap(around.format(secret))).decode()
    assert not [piece for piece in pieces(secret) if piece in redacted]
    assert "[redacted " in redacted


@pytest.mark.parametrize("name", PLANTED)
@pytest.mark.parametrize(
    "dress",
    [
        lambda text: quote(text, safe=""),
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
        lambda text: json.dumps({"inner": [text]}),
    ],
    ids=["url", "base64", "base64url", "json"],
)
def test_no_planted_secret_survives_in_other_clothes(
    redactor: Redactor, name: str, dress: Callable[[str], str]
) -> None:
    """A text that is URL-encoded, or wrapped in base 64 or in a JSON string, gives nothing away."""
    template, secret = PLANTED[name]
    dressed = dress(template.format(secret))
    for shown in (redactor.text(f"before {dressed} after"), redactor.body(as_json(dressed)).decode()):
        assert not hidden_in(shown, secret), shown


def hidden_in(shown: str, secret: str) -> bool:
    """Tell whether a text holds a secret, as it is or dressed."""
    texts = [shown, unquote(shown), *map(from_base64, re.findall(r"[\w+/-]{8,}={0,2}", shown))]
    return any(one in text for text in texts for one in (secret, unquote(secret)))


def from_base64(word: str) -> str:
    """Return what a word is in base 64; empty if it is nothing."""
    try:
        return base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_").decode("utf-8", "replace")
    except ValueError:
        return ""


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, (_, secret) in PLANTED.items()
        if re.fullmatch(r"[\w+/=.~-]{36,}", secret) and kind_by_form(secret)
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\n    "], ids=["line feed", "carriage return", "indented"])
def test_a_secret_broken_over_lines_is_found(redactor: Redactor, name: str, end: str) -> None:
    """What is known by its form is known in pieces too, in the middle of other lines."""
    template, secret = PLANTED[name]
    broken = end.join(secret[start : start + 24] for start in range(0, len(secret), 24))
    shown = redactor.text(f"first line\n{template.format(end + broken + end)}\nlast line")
    assert not any(piece in shown for piece in broken.split(end) if len(piece) >= 12), shown
    assert shown.startswith("first line\n")
    assert shown.endswith("last line")


def test_an_event_of_the_activity_log_names_nobody(redactor: Redactor) -> None:
    """Neither the name, the address nor the account of whoever wrote stands in what is kept; what was done does."""
    held = event(
        "/subscriptions/s/resourceGroups/g",
        SANDBOX_CLAIMS[f"{CLAIMS}/upn"],
        "Microsoft.Sql/servers/write",
        "2026-01-01",
    )
    kept = redactor.body(json.dumps({"value": [held]}).encode()).decode()
    persons = ("Dana", "Whitfield", "dana.whitfield", SANDBOX_CLAIMS["ipaddr"], SANDBOX_CLAIMS["puid"])
    assert [person for person in persons if person in kept] == []
    assert "Microsoft.Sql/servers/write" in kept


def test_claims_that_tell_of_no_person_stay(redactor: Redactor) -> None:
    """Who acted is known by its object, application and tenant, which checks compare."""
    kept = {"appid": GUID, "tid": GUID, "aud": "https://management.azure.com/", "exp": "1764547200"}
    kept["http://schemas.microsoft.com/identity/claims/objectidentifier"] = GUID
    body = json.dumps({"claims": kept}).encode()
    assert redactor.body(body) == body


@pytest.mark.parametrize("name", PLANTED_BODIES)
def test_no_secret_survives_by_where_it_stands(redactor: Redactor, name: str) -> None:
    """A value that is secret because of its key, its owner or its list is replaced."""
    body, secret = PLANTED_BODIES[name]
    redacted = redactor.body(json.dumps(body).encode()).decode()
    assert secret not in redacted
    assert secret.strip('"') not in redacted.replace("[redacted", "")
    assert "[redacted " in redacted


@pytest.mark.parametrize("name", sorted(PLANTED_BODIES))
def test_structure_stays(redactor: Redactor, name: str) -> None:
    """A redacted body has the same objects, lists and lengths."""

    def shape(value: object) -> object:
        if isinstance(value, dict):
            return [shape(item) for item in value.values()]
        return [shape(item) for item in value] if isinstance(value, list) else "value"

    body, _ = PLANTED_BODIES[name]
    assert shape(json.loads(redactor.body(json.dumps(body).encode()))) == shape(body)


@pytest.mark.parametrize("name", sorted(HARMLESS))
def test_harmless_text_is_untouched(redactor: Redactor, name: str) -> None:
    """Ids, names, dates, versions and prose stay as they are, in text and in JSON."""
    text = HARMLESS[name]
    body = json.dumps({"properties": {"x": [text]}, "id": text}).encode()
    assert redactor.text(text) == text
    assert redactor.body(body) == body


@pytest.mark.parametrize("name", sorted(PLAIN_VALUES))
def test_a_plain_variable_is_no_secret(redactor: Redactor, name: str) -> None:
    """A harmless environment variable is not called a secret; its value is redacted as an ordinary one all the same."""
    value = PLAIN_VALUES[name]
    assert secret_kind(name, value) is None
    redacted = json.loads(redactor.body(json.dumps({"env": [{"name": name, "value": value}]}).encode()))
    assert redacted["env"][0]["name"] == name
    assert kind_of_token(redacted["env"][0]["value"]) == PLAIN_ENVIRONMENT_VALUE


@pytest.mark.parametrize("name", sorted(SECRET_VALUES))
def test_a_secret_variable_is_told(redactor: Redactor, name: str) -> None:
    """A secret in an environment variable is told by its form, its name or its randomness, also after redaction."""
    value = SECRET_VALUES[name]
    assert secret_kind(name, value) is not None
    redacted = json.loads(redactor.body(json.dumps({"env": [{"name": name, "value": value}]}).encode()))
    assert kind_of_token(redacted["env"][0]["value"]) == secret_kind(name, value)


def test_references_stay_readable(redactor: Redactor) -> None:
    """A reference to a secret is no secret: `secretRef` and `keyVaultUrl` stay."""
    body = {
        "configuration": {
            "secrets": [{"name": "db", "keyVaultUrl": "https://kv.vault.azure.net/secrets/db", "identity": "/x/id"}],
            "registries": [{"server": "apexacr.azurecr.io", "username": "", "passwordSecretRef": "registry-password"}],
        },
        "env": [{"name": "DB_PASSWORD", "secretRef": "db"}, {"name": "EMPTY", "value": ""}],
        "keyCreationTime": {"key1": "2026-01-02T03:04:05.1234567Z", "key2": None},
        "disablePasswordAuthentication": True,
    }
    content = json.dumps(body).encode()
    assert redactor.body(content) == content


def test_equal_values_give_equal_tokens_within_one_environment(redactor: Redactor) -> None:
    """Relations and drift show: one value, one token; another value, another token."""
    assert redactor.token("password", "a") == Redactor(redactor.salt).token("password", "a")
    assert redactor.token("password", "a") != redactor.token("password", "b")


def test_environments_differ_in_their_tokens(redactor: Redactor) -> None:
    """The same secret in two environments gives two tokens, so that nobody can compare them."""
    assert redactor.token("password", "a") != Redactor("other").token("password", "a")


def test_one_value_has_one_digest_wherever_it_stands(redactor: Redactor) -> None:
    """A key found by its place in a body and by its form in a text has the same digest."""
    in_body = json.loads(redactor.body(json.dumps({"key1": STORAGE_KEY}).encode()))["key1"]
    in_text = redactor.text(f"rotated {STORAGE_KEY} today")
    assert in_body.split()[-1] in in_text


@pytest.mark.parametrize("name", sorted(PLANTED))
def test_redaction_is_idempotent(redactor: Redactor, name: str) -> None:
    """What is redacted already is not redacted again, so a recording of a recording is the same."""
    around, secret = PLANTED[name]
    once = redactor.body(as_json(around.format(secret)))
    assert redactor.body(once) == once
    assert redactor.text(redactor.text(around.format(secret))) == redactor.text(around.format(secret))


def test_redaction_of_a_container_app_is_idempotent(redactor: Redactor) -> None:
    """A redacted variable keeps its kind when it is redacted again, whatever its name."""
    content = json.dumps({"env": [{"name": n, "value": v} for n, v in {**PLAIN_VALUES, **SECRET_VALUES}.items()]})
    once = redactor.body(content.encode())
    assert redactor.body(once) == once


@pytest.mark.parametrize(
    "body",
    [b'{"password": "hunter2", "password": ""}', b'{"password": "hunter2", "x": "\\ud800"}', b'\xff\xfe "hunter2'],
    ids=["a key twice", "half a surrogate pair", "invalid UTF-8"],
)
def test_odd_bodies_are_redacted_too(redactor: Redactor, body: bytes) -> None:
    """A body that only just is JSON, or is none, raises nothing and keeps no password."""
    assert b"hunter2" not in redactor.body(body.replace(b'\xfe "', b"\xfe password="))


def test_a_name_that_stands_twice_stays_twice(redactor: Redactor) -> None:
    """Its values go, since nobody can tell which holds; that it came twice must show on the tape."""
    body = b'{"id": "/x", "env": {"name": "a", "name": "password", "value": "hunter2"}}'
    once = redactor.body(body)
    assert (once.count(b'"name"'), once.count(b'"id": "/x"')) == (2, 1)
    assert b"hunter2" not in once
    assert redactor.body(once) == once


def test_a_body_nested_beyond_all_bounds_is_treated_as_text(redactor: Redactor) -> None:
    """Nesting that no parser follows does not break the redactor."""
    body = b'{"a":' * 100_000 + b'"password=hunter2"'
    assert b"hunter2" not in redactor.body(body)


def test_a_body_without_secrets_is_kept_byte_by_byte(redactor: Redactor) -> None:
    """Spaces and the order of keys stay, so that the digest is that of Azure's own bytes."""
    body = b'{ "b" : 1,\n "a": [ "\xc3\xa4" ] }'
    assert redactor.body(body) == body


@pytest.mark.parametrize(
    "text", ["a.b-c_d" * 150_000, "eyJ" * 3 + "x" * 1_000_000, "=" * 1_000_000, "password" * 120_000]
)
def test_long_runs_of_one_kind_are_quick(redactor: Redactor, text: str) -> None:
    """No form takes more than linear time on a megabyte of what nearly matches."""
    started = process_time()
    assert redactor.text(f"{text} key @") == f"{text} key @"
    assert process_time() - started < 5.0


def test_a_megabyte_is_redacted_in_well_under_a_second(redactor: Redactor) -> None:
    """A list of a megabyte, with some secrets in it, costs little beside fetching it."""
    item = {"id": HARMLESS["resource id"], "properties": {"host": HARMLESS["dns name"], "etag": HARMLESS["etag"]}}
    secret = {"env": [{"name": name, "value": value} for name, value in SECRET_VALUES.items()]}
    body = json.dumps({"value": [secret, *([item] * 3800)]}).encode()
    redactor.body(json.dumps(secret).encode())
    started = process_time()
    redacted = redactor.body(body)
    elapsed = process_time() - started
    assert len(body) > 1_000_000
    assert HEX_KEY.encode() not in redacted
    assert elapsed < 5.0
