"""
The properties of the API's objects, as far as pages and metadata name them, and what a text under each is.

A property that is not here is replaced, name and all.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final


class Kind(Enum):
    """What a text is, by the property it stands under."""

    ADDRESS = "address"
    ID = "id"
    LINK = "link"
    NAME = "name"
    REQUEST = "request"
    TEXT = "text"
    URL = "url"


HEADERS: Final = "headers"
"""Under this name stand the headers of an answer inside a batch."""
ITEMS: Final = "value"
"""Under this name stand the items of a list."""

_OF_KIND: Final = {
    Kind.ADDRESS: """
        address customerEmailAddress email emailAddress imAddresses locationEmailAddress mail
        onPremisesUserPrincipalName otherMails proxyAddresses userPrincipalName
        """,
    Kind.ID: """
        @odata.etag @odata.id cancelledOccurrences changeKey childFolderIds classId conferenceId conversationId
        conversationIndex customerId dependsOn eTag etag iCalUId id internetMessageId invoiceId locationUniqueId
        occurrenceId onPremisesImmutableId originalEventId parentFolderId questionId securityIdentifier
        selfServiceAppointmentId seriesMasterId serviceId staffMemberIds tenantId transactionId uid uniqueId userId
        """,
    Kind.LINK: "@odata.deltaLink @odata.nextLink",
    Kind.NAME: """
        businessPhones city companyName countryOrRegion customerLocation customerName customerPhone department
        displayName employeeId faxNumber givenName jobTitle mailNickname mobilePhone name officeLocation
        onPremisesDomainName onPremisesSamAccountName phone phones postOfficeBox postalCode preferredName quickDial
        serviceName state street surname tollFreeNumbers tollNumber
        """,
    Kind.REQUEST: "client-request-id clientRequestId request-id requestId",
    Kind.URL: """
        @odata.associationLink @odata.context @odata.deltaContext @odata.editLink @odata.mediaEditLink
        @odata.mediaReadLink @odata.metadataEtag @odata.navigationLink @odata.readLink anonymousJoinWebUrl invoiceUrl
        joinUrl joinWebUrl locationUri onlineMeetingUrl publicUrl webLink webSiteUrl
        """,
    Kind.TEXT: """
        @odata.count @odata.type additionalInformation allowNewTimeProposals allowedOnlineMeetingProviders
        appointmentLabel attachments attendees bccRecipients body bodyPreview businessHours businessType calendar
        calendars canEdit canShare canViewPrivateItems categories ccRecipients code color completedDateTime content
        contentType coordinates count createdDateTime customQuestionAnswers customerNotes customerTimeZone customers
        date dateTime day dayOfMonth daysOfWeek defaultCurrencyIso defaultDuration defaultOnlineMeetingProvider
        defaultPrice description details dueDateTime duration end endDate endDateTime endTime error event events
        exceptionOccurrences expirationDateTime extensions filledAttendeesCount firstDayOfWeek flag flagStatus from
        groupTypes hasAttachments headers hexColor hideAttendees importance index inferenceClassification innerError
        innererror instances interval invoiceAmount invoiceDate invoiceStatus isAllDay isAnonymousJoinEnabled
        isCancelled isCustomerAllowedToManageBooking isDefaultCalendar isDeliveryReceiptRequested isDraft
        isLocationOnline isOnlineMeeting isOrganizer isOutOfDate isPublished isRead isReadReceiptRequested
        isReminderOn isRemovable isTallyingResponses lastModifiedDateTime lastUpdatedDateTime latitude location
        locationType locations longitude mailEnabled maximumAttendeesCount meetingMessageType meetingRequestType
        member members message minimumLeadTime month numberOfOccurrences onlineMeeting onlineMeetingProvider
        optOutOfCustomerEmail organizer originalEnd originalEndTimeZone originalStart originalStartTimeZone owner
        pattern postBuffer preBuffer preferredLanguage previousEndDateTime previousLocation previousStartDateTime
        price priceType proposedNewTime range receivedDateTime recurrence recurrenceTimeZone
        reminderMinutesBeforeStart reminders replyTo response responseRequested responseStatus responseType responses
        role schedulingPolicy securityEnabled sender sensitivity sentDateTime serviceLocation serviceNotes showAs
        singleValueExtendedProperties smsNotificationsEnabled start startDate startDateTime startTime status subject
        target time timeZone toRecipients type uniqueBody uniqueIdType value visibility
        """,
}
_KINDS: Final = {name: kind for kind, names in _OF_KIND.items() for name in names.split()}
_ANNOTATION: Final = re.compile(r"([A-Za-z]+)(@odata\.[A-Za-z]+)")
_SUFFIXES: Final = (
    (re.compile(r"Ids?$"), Kind.ID),
    (re.compile(r"(?:Url|Uri|Link)s?$"), Kind.URL),
    (re.compile(r"(?:[Ee]mail|Address|Mail|PrincipalName)(?:es|s)?$"), Kind.ADDRESS),
    (re.compile(r"(?:[Nn]ame|[Pp]hone)s?$"), Kind.NAME),
)
_COUNTS: Final = frozenset({"dayOfMonth", "id", "interval", "month", "numberOfOccurrences", "status"})
_MOST: Final = 999


def is_documented(name: str) -> bool:
    """Whether *name* is one of a property, or of an annotation to one."""
    annotated = _ANNOTATION.fullmatch(name)
    return name in _KINDS or (annotated is not None and annotated[1] in _KINDS and annotated[2] in _KINDS)


def kind_of(name: str) -> Kind:
    """What a text under *name* is; of names nobody documents, what they end in is believed."""
    annotated = _ANNOTATION.fullmatch(name)
    known = _KINDS.get(annotated[2] if annotated else name)
    return known or next((kind for ending, kind in _SUFFIXES if ending.search(name)), Kind.TEXT)


def is_count(name: str, number: int) -> bool:
    """Whether *number* under *name* is a status, a position or a pattern's number, never an amount or an id."""
    return name in _COUNTS and 0 <= number <= _MOST
