"""What the authority and the device page do, and on what evidence; a part of the table in ``rules``."""

from __future__ import annotations

from graphmock.rule import Rule
from graphmock.rule import rule as _rule

_CODES = "page:error-codes"
_DEVICE = "page:v2-oauth2-device-code"

SIGN_IN: tuple[Rule, ...] = (
    # --- where and how ---------------------------------------------------------------------------------------------
    _rule("sign-in.discovery", "an authority describes itself and its tenant to whoever asks",
          "page:v2-protocols-oidc"),
    _rule("sign-in.realm", "users of the tenant's domain are managed here, not federated",
          "reported:msal for Python, which reads the answer"),
    _rule("sign-in.instance", "an authority knows its own host and no other", _CODES, 400, "invalid_instance",
          "AADSTS50049: Unknown or invalid instance."),
    _rule("sign-in.envelope", "a refusal has OAuth's word, a description beginning with its number, and the number",
          _CODES),
    _rule("sign-in.tenant", "an unknown tenant is refused", "observed:azure-cli#22145, vue-msal#24",
          400, "invalid_tenant", "AADSTS90002: Tenant '{tenant}' not found. Check to make sure you have the correct "
          "tenant ID and are signing into the correct cloud. Check with your subscription administrator."),
    _rule("sign-in.malformed", "a form that cannot be read is refused", "assumed", 400,
          "invalid_request", "AADSTS9002313: Invalid request. Request is malformed or invalid."),
    _rule("sign-in.parameter", "a form without what its grant needs is refused",
          "observed:azure-docs#43780, graph-docs-contrib#1369", 400, "invalid_request",
          "AADSTS900144: The request body must contain the following parameter: '{name}'."),
    _rule("sign-in.grant", "an unknown grant is refused", _CODES, 400, "unsupported_grant_type",
          "AADSTS70003: The app requested an unsupported grant type '{grant}'."),
    _rule("sign-in.method", "another verb is refused", "assumed", 405, "invalid_request",
          "AADSTS900561: The endpoint only accepts {allowed} requests. Received a {method} request."),
    _rule("sign-in.too-large", "a form over 64 kB is refused", "assumed", 413, "invalid_request",
          "AADSTS9002313: Invalid request. Request is malformed or invalid."),
    # --- which application -----------------------------------------------------------------------------------------
    _rule("client.unknown", "an unknown application is refused", "observed:onedrive-api-docs#950", 400,
          "unauthorized_client", "AADSTS700016: Application with identifier '{client}' was not found in the directory "
          "'{tenant}'. This can happen if the application has not been installed by the administrator of the tenant."),
    _rule("client.secret", "a wrong secret is refused", "observed:azure-docs#33356, Dynamics-AX-Integration#95", 401,
          "invalid_client", "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the "
          "request is the client secret value, not the client secret ID, for a secret added to app '{client}'."),
    _rule("client.secret-expired", "an expired secret is refused", "observed:vsts-release-aas#119", 401,
          "invalid_client", "AADSTS7000222: The provided client secret keys for app '{client}' are expired."),
    _rule("client.not-public", "an application that is not public has to prove itself",
          "observed:haystack-editor#41", 401, "invalid_client", "AADSTS7000218: The request body must contain the "
          "following parameter: 'client_assertion' or 'client_secret'."),
    _rule("client.public", "a public application has nothing to prove itself with", _CODES, 401, "invalid_client",
          "AADSTS700025: Client is public so neither 'client_assertion' nor 'client_secret' should be presented."),
    _rule("client.certificate", "an assertion signed by a key that is not registered is refused",
          "observed:keycloak#19425", 401, "invalid_client", "AADSTS700027: The certificate with identifier used to "
          "sign the client assertion is not registered on application. [Reason - {reason}]"),
    _rule("client.assertion", "an assertion says audience, issuer, subject and when it ends", "page:certificate-"
          "credentials", 401, "invalid_client", "AADSTS50027: JWT token is invalid or malformed. {reason}"),
    _rule("client.assertion-time", "an assertion before or after its time is refused",
          "observed:obikuro/Sato#1, docker-tools#1310", 401, "invalid_client",
          "AADSTS700024: Client assertion is not within its valid time range."),
    _rule("client.federation", "an assertion of another issuer, or for another audience, matches no credential",
          "reported:azure-workload-identity#340", 400, "invalid_request", "AADSTS70021: No matching federated identity "
          "record found for presented assertion. Assertion Issuer: '{issuer}'. Assertion Audience: '{audience}'."),
    _rule("client.federation-subject", "nor does an assertion about somebody else",
          "observed:microsoft/Agents#202, Azure/login#482", 401, "invalid_client", "AADSTS700213: No matching "
          "federated identity record found for presented assertion subject '{subject}'. Check your federated identity "
          "credential Subject, Audience and Issuer against the presented assertion."),
    # --- what for --------------------------------------------------------------------------------------------------
    _rule("scope.resource", "a token is for Graph, here or in one of its clouds; others are unknown",
          "observed:laravel-azure-middleware#51", 400,
          "invalid_resource", "AADSTS500011: The resource principal named {resource} was not found in the tenant named "
          "{tenant}. This can happen if the application has not been installed by the administrator of the tenant."),
    _rule("scope.invalid", "a token is for one resource", _CODES, 400, "invalid_scope",
          "AADSTS70011: The provided value for the input parameter 'scope' is not valid. The scope {scope} is not "
          "valid."),
    _rule("scope.default", "/.default stands for everything consented to, and is said again in the answer",
          "page:scopes-oidc"),
    _rule("scope.application", "an application by itself asks for /.default and gets no list of scopes",
          "observed:databricks-sql-nodejs#226, azure-docs#99862", 400, "invalid_scope",
          "AADSTS1002012: The provided value for scope {scope} is not valid. Client credential flows must have a "
          "scope value with /.default suffixed to the resource identifier."),
    _rule("scope.consent", "what nobody consented to is refused", "observed:azure-docs#39189", 400, "invalid_grant",
          "AADSTS65001: The user or administrator has not consented to use the application with ID '{client}' named "
          "'{name}'. Send an interactive authorization request for this user and resource.", "consent_required"),
    # --- who -------------------------------------------------------------------------------------------------------
    _rule("user.password", "a wrong password is refused", "observed:msal-dotnet#1126", 400, "invalid_grant",
          "AADSTS50126: Error validating credentials due to invalid username or password."),
    _rule("user.no-account", "an unknown user is refused", "observed:Microsoft365DSC#801", 400, "invalid_grant",
          "AADSTS50034: The user account {user} does not exist in the {tenant} directory. To sign into this "
          "application, the account must be added to the directory."),
    _rule("user.disabled", "a disabled account is refused", "observed:azure-cli#18945", 400, "invalid_grant",
          "AADSTS50057: The user account is disabled."),
    _rule("user.second-factor", "a password alone may not be enough", "observed:graph-docs-contrib#6306", 400,
          "invalid_grant", "AADSTS50076: Due to a configuration change made by your administrator, or because you "
          "moved to a new location, you must use multi-factor authentication to access '{resource}'.", "basic_action"),
    _rule("user.blocked", "a policy may refuse a user's sign-in whatever the credential",
          "observed:MartinIngesen/MSOLSpray#5, there of the older endpoint", 400, "invalid_grant",
          "AADSTS53003: Access has been blocked by Conditional Access policies. The access policy does not allow "
          "token issuance.", "message_only"),
    # --- a second time ---------------------------------------------------------------------------------------------
    _rule("refresh.rotation", "each refresh gives another refresh token; the one used stays good",
          "page:v2-oauth2-auth-code-flow, refresh-tokens"),
    _rule("refresh.invalid", "what is no refresh token is refused", "observed:BingAds-Python-SDK#279", 400,
          "invalid_grant", "AADSTS70000: The provided value for the input parameter 'refresh_token' or 'assertion' is "
          "not valid."),
    _rule("refresh.expired", "one not used for 90 days is refused", "observed:foundry-dev-tools#707", 400,
          "invalid_grant", "AADSTS700082: The refresh token has expired due to inactivity. The token was issued on "
          "{issued} and was inactive for 90.00:00:00.", "bad_token"),
    _rule("refresh.revoked", "a revoked one is refused", "observed:azure-cli#16745, azuredatastudio#13953", 400,
          "invalid_grant", "AADSTS50173: The provided grant has expired due to it being revoked, a fresh auth token "
          "is needed. The user might have changed or reset their password."),
    # --- with a device code ----------------------------------------------------------------------------------------
    _rule("device.code", "a device code is good for a quarter of an hour", _DEVICE),
    _rule("device.page", "the page for the code believes whoever says who signs in, and how long to wait is a second",
          "assumed"),
    _rule("device.pending", "until somebody entered the code, the device is told to ask again",
          "observed:adal-nodejs#137", 400, "authorization_pending", "AADSTS70016: OAuth 2.0 device flow error. "
          "Authorization is pending. Continue polling."),
    _rule("device.slow-down", "a device that asks sooner than it was told is told to slow down", "assumed", 400,
          "slow_down", "AADSTS70016: OAuth 2.0 device flow error. The device asks too often."),
    _rule("device.declined", "where the user says no, so does the authority", _DEVICE, 400, "authorization_declined",
          "AADSTS65004: User declined to consent to access the app."),
    _rule("device.expired", "an expired code is refused", "observed:azure-docs#92366", 400, "expired_token",
          "AADSTS70020: The provided value for the input parameter 'device_code' is not valid. This device code has "
          "expired."),
    _rule("device.unknown", "an unknown code is refused", _DEVICE, 400, "bad_verification_code",
          "AADSTS70018: Invalid verification code."),
    # --- without any secret ----------------------------------------------------------------------------------------
    _rule("identity.endpoint", "a managed identity's token comes from the machine's own endpoint",
          "page:overview-managed-identity"),
    _rule("identity.header", "who does not know the endpoint's header is refused", "assumed", 401, "401",
          "The identity header is missing or wrong."),
    _rule("identity.resource", "an unknown resource is refused", "assumed", 400, "400",
          "The resource '{resource}' was not found."),
    # --- what a tenant may be like ---------------------------------------------------------------------------------
    _rule("tenant.no-mailbox", "a mailbox without a licence cannot be opened", "observed:iyear/E5SubBot#39", 404,
          "MailboxNotEnabledForRESTAPI",
          "The mailbox is either inactive, soft-deleted, or is hosted on-premise."),
    _rule("tenant.application-policy", "a policy may keep an application out of a mailbox",
          "page:auth-limit-mailbox-access", 403, "ErrorAccessDenied", "Access to OData is disabled."),
    _rule("tenant.no-bookings", "without a licence for bookings there are none to open", "assumed", 403,
          "ErrorAccessDenied", "Access is denied. Check credentials and try again."),
    _rule("tenant.authority-down", "the authority, too, may be unavailable", "page:error-codes"),
)  # fmt: skip
