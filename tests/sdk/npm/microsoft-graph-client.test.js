// @microsoft/microsoft-graph-client, Microsoft's own for JavaScript.
//
// It sends its token to Graph's hosts and to `customHosts` only, and never over plain http, whatever the host. There its
// chain of middleware, which it lets one choose, gets another first link. Bodies go out as they are given; nothing given is
// an empty body with a Content-Type. It repeats a request three times on 429.

import { strict as assert } from "node:assert";
import { describe, test } from "node:test";
import { BatchRequestContent, Client, GraphError, MiddlewareFactory } from "@microsoft/microsoft-graph-client";
import * as service from "./service.js";

class TokenOverHttp {
    constructor(token) {
        this.token = token;
    }

    async execute(context) {
        context.options.headers = { ...context.options.headers, Authorization: `Bearer ${this.token}` };
        await this.next.execute(context);
    }

    setNext(next) {
        this.next = next;
    }
}

function connect(actor) {
    const provider = { getAccessToken: async () => service.tokens[actor] };
    const common = { baseUrl: service.root, defaultVersion: "v1.0" };
    if (service.isHttps) {
        return Client.initWithMiddleware({ ...common, authProvider: provider, customHosts: new Set([service.host]) });
    }
    const [, ...others] = MiddlewareFactory.getDefaultMiddlewareChain(provider);
    return Client.initWithMiddleware({ ...common, middleware: [new TokenOverHttp(service.tokens[actor]), ...others] });
}

const organizer = connect("organizer");
const attendee = connect("attendee");

async function calendarIn(subject) {
    const shelf = await organizer.api("/me/calendarGroups").post({ name: subject });
    const calendar = await organizer.api(`/me/calendarGroups/${shelf.id}/calendars`).post({ name: subject });
    return [shelf.id, calendar.id];
}

const places = {
    me: () => "/me",
    "users by id": async () => `/users/${(await organizer.api("/me").get()).id}`,
    "users by name": () => `/users/${service.organizer}`,
    "users keyed": () => `/users('${service.organizer}')`,
    calendar: () => "/me/calendar",
    calendars: async (subject) => `/me/calendars/${(await calendarIn(subject))[1]}`,
    calendarGroups: async (subject) => {
        const [shelf, calendar] = await calendarIn(subject);
        return `/me/calendarGroups/${shelf}/calendars/${encodeURIComponent(calendar)}`;
    },
    "users, calendarGroups": async (subject) => {
        const [shelf, calendar] = await calendarIn(subject);
        return `/users/${service.organizer}/calendarGroups/${shelf}/calendars/${calendar}`;
    },
    groups: () => `/groups/${service.group}`,
    "groups, calendar": () => `/groups/${service.group}/calendar`,
};

async function copyOf(event) {
    const found = await attendee.api("/me/events").filter(`iCalUId eq '${event.iCalUId}'`).get();
    return found.value[0];
}

async function cancellations(subject) {
    const found = await attendee
        .api("/me/mailFolders/inbox/messages")
        .header("Prefer", 'outlook.body-content-type="text"')
        .top(500)
        .get();
    return found.value.filter(service.isCancellation(subject)).map((message) => message.body.content);
}

async function refused(promise) {
    const error = await promise.then(() => assert.fail("it was accepted"), (caught) => caught);
    assert.ok(error instanceof GraphError, String(error));
    return [error.statusCode, error.code, error.message];
}

describe(service.versionOf("@microsoft/microsoft-graph-client"), () => {
    for (const [name, place] of Object.entries(places)) {
        for (const comment of service.comments) {
            test(`cancelling: ${name}, ${comment ? "comment" : "none"}`, async () => {
                const subject = service.subjectOf("client");
                const base = await place(subject);
                const event = await organizer.api(`${base}/events`).post(service.meeting(subject));
                assert.equal((await copyOf(event)).isCancelled, false);

                await organizer.api(`${base}/events/${event.id}/cancel`).post(comment && { Comment: comment });

                const looked = await refused(organizer.api(`${base}/events/${event.id}`).get());
                assert.deepEqual(looked, [404, "ErrorItemNotFound", service.notFound]);
                assert.equal((await copyOf(event)).isCancelled, true);
                const texts = await cancellations(subject);
                assert.equal(texts.length, 1);
                assert.ok(texts[0].includes(comment ?? ""));
            });
        }
    }

    for (const [name, body] of [["null", null], ["an empty object", {}], ["a null comment", { comment: null }]]) {
        test(`cancelling with ${name}`, async () => {
            const subject = service.subjectOf("client");
            const event = await organizer.api("/me/events").post(service.meeting(subject));
            await organizer.api(`/me/events/${encodeURIComponent(event.id)}/microsoft.graph.cancel`).post(body);
            assert.equal((await cancellations(subject)).length, 1);
        });
    }

    test("an answer without bytes has no Content-Type", async () => {
        const event = await organizer.api("/me/events").post(service.meeting(service.subjectOf("client")));
        const answer = await organizer.api(`/me/events/${event.id}/cancel`).responseType("raw").post({});
        assert.deepEqual([answer.status, answer.headers.get("Content-Type"), await answer.text()], [202, null, ""]);
    });

    for (const message of service.comments) {
        test(`cancelling an appointment, ${message ? "message" : "none"}`, async () => {
            const base = `/solutions/bookingBusinesses/${service.business}/appointments`;
            const made = await organizer.api(base).post(service.appointment());
            await organizer.api(`${base}/${made.id}/cancel`).post(message && { cancellationMessage: message });
            assert.equal((await refused(organizer.api(`${base}/${made.id}`).get()))[0], 404);
        });
    }

    test("the attendee's refusal", async () => {
        const subject = service.subjectOf("client");
        const event = await organizer.api("/me/events").post(service.meeting(subject));
        const copy = await copyOf(event);

        const found = await refused(attendee.api(`/me/events/${copy.id}/cancel`).post({ Comment: "No" }));

        assert.deepEqual(found, [400, "ErrorInvalidRequest", service.sentence]);
        assert.equal((await organizer.api(`/me/events/${event.id}`).get()).isCancelled, false);
        assert.deepEqual(await cancellations(subject), []);
    });

    test("an unknown event", async () => {
        const found = await refused(organizer.api(`/me/events/${service.unknown}/cancel`).post({}));
        assert.deepEqual(found, [404, "ErrorItemNotFound", service.notFound]);
    });

    test("one 429 is waited out, and one too many is told", async () => {
        const subject = service.subjectOf("client");
        const event = await organizer.api("/me/events").post(service.meeting(subject));
        const before = await service.cancelCalls();
        await service.throttle(4);
        const found = await refused(organizer.api(`/me/events/${event.id}/cancel`).post({}));
        assert.deepEqual(found.slice(0, 2), [429, "ApplicationThrottled"]);

        await service.throttle(1);
        await organizer.api(`/me/events/${event.id}/cancel`).post({});

        assert.equal((await service.cancelCalls()) - before, 4 + 2);
        assert.equal((await cancellations(subject)).length, 1);
    });

    test("in a batch", async () => {
        const subject = service.subjectOf("client");
        const event = await organizer.api("/me/events").post(service.meeting(subject));
        // The version is left out: the client takes only scheme and host off (msgraph-sdk-javascript#1178).
        const step = (id, wanted) => ({
            id,
            request: new Request(`${service.root}/me/events/${wanted}/cancel`, {
                method: "POST",
                headers: { "Content-Type": "application/json" },
                body: JSON.stringify({ Comment: "In a batch" }),
            }),
        });
        const content = new BatchRequestContent([step("known", event.id), step("unknown", service.unknown)]);

        const answer = await organizer.api("/$batch").post(await content.getContent());

        const statuses = Object.fromEntries(answer.responses.map((item) => [item.id, item.status]));
        assert.deepEqual(statuses, { known: 202, unknown: 404 });
        assert.ok((await cancellations(subject))[0].includes("In a batch"));
    });
});
