// @pnp/graph, the fluent client of the PnP community.
//
// Its base URL is an option, and any scheme is good. Without a comment it sends `{}`. It repeats a request twice on 429.
// In a batch it cannot read the answer to a cancel: the service writes `"body": null`, and so does the stand-in
// (pnpjs#2963). The meeting is cancelled all the same.

import { strict as assert } from "node:assert";
import { describe, test } from "node:test";
import { GraphBrowser, graphfi, graphPost } from "@pnp/graph";
import "@pnp/graph/batching.js";
import "@pnp/graph/bookings/index.js";
import "@pnp/graph/calendars/index.js";
import "@pnp/graph/groups/index.js";
import "@pnp/graph/mail/index.js";
import "@pnp/graph/users/index.js";
import { BearerToken, body, HttpRequestError, InjectHeaders } from "@pnp/queryable";
import * as service from "./service.js";

const connect = (actor) =>
    graphfi().using(GraphBrowser({ baseUrl: `${service.root}/v1.0` }), BearerToken(service.tokens[actor]));

const organizer = connect("organizer");
const attendee = connect("attendee");

const places = {
    me: () => organizer.me.events,
    users: () => organizer.users.getById(service.organizer).events,
    calendar: () => organizer.me.calendar.events,
    calendars: async (subject) => {
        const made = await organizer.me.calendars.add({ name: subject });
        return organizer.me.calendars.getById(made.id).events;
    },
    calendarGroups: async (subject) => {
        const shelf = await organizer.me.calendarGroups.add({ name: subject });
        const calendars = organizer.me.calendarGroups.getById(shelf.id).calendars;
        const made = await calendars.add({ name: subject });
        return organizer.me.calendarGroups.getById(shelf.id).calendars.getById(made.id).events;
    },
    groups: () => organizer.groups.getById(service.group).events,
    "groups, calendar": () => organizer.groups.getById(service.group).calendar.events,
};

async function copyOf(event) {
    return (await attendee.me.events.filter(`iCalUId eq '${event.iCalUId}'`)())[0];
}

async function cancellations(subject) {
    const inbox = attendee.me.mailFolders.getById("inbox").messages;
    const found = await inbox.top(500).using(InjectHeaders({ Prefer: 'outlook.body-content-type="text"' }))();
    return found.filter(service.isCancellation(subject)).map((message) => message.body.content);
}

async function refused(promise) {
    const error = await promise.then(() => assert.fail("it was accepted"), (caught) => caught);
    assert.ok(error instanceof HttpRequestError, String(error));
    const told = (await error.response.json()).error;
    return [error.status, told.code, told.message];
}

describe(service.versionOf("@pnp/graph"), () => {
    for (const [name, place] of Object.entries(places)) {
        for (const comment of service.comments) {
            test(`cancelling: ${name}, ${comment ? "comment" : "none"}`, async () => {
                const subject = service.subjectOf("pnp");
                const events = await place(subject);
                const event = await events.add(service.meeting(subject));
                assert.equal((await copyOf(event)).isCancelled, false);

                await events.getById(event.id).cancel(comment);

                const looked = await refused(events.getById(event.id)());
                assert.deepEqual(looked, [404, "ErrorItemNotFound", service.notFound]);
                assert.equal((await copyOf(event)).isCancelled, true);
                const texts = await cancellations(subject);
                assert.equal(texts.length, 1);
                assert.ok(texts[0].includes(comment ?? ""));
            });
        }
    }

    for (const message of service.comments) {
        test(`cancelling an appointment, ${message ? "message" : "none"}`, async () => {
            const appointments = organizer.bookingBusinesses.getById(service.business).appointments;
            const made = await graphPost(appointments, body(service.appointment()));
            const one = organizer.bookingBusinesses.getById(service.business).appointments.getById(made.id);

            await one.cancel(message);

            assert.deepEqual((await refused(one())).slice(0, 2), [404, "ErrorItemNotFound"]);
        });
    }

    test("the attendee's refusal", async () => {
        const subject = service.subjectOf("pnp");
        const event = await organizer.me.events.add(service.meeting(subject));
        const copy = await copyOf(event);

        const found = await refused(attendee.me.events.getById(copy.id).cancel("No"));

        assert.deepEqual(found, [400, "ErrorInvalidRequest", service.sentence]);
        assert.equal((await organizer.me.events.getById(event.id)()).isCancelled, false);
        assert.deepEqual(await cancellations(subject), []);
    });

    test("an unknown event", async () => {
        const found = await refused(organizer.me.events.getById(service.unknown).cancel());
        assert.deepEqual(found, [404, "ErrorItemNotFound", service.notFound]);
    });

    test("one 429 is waited out, and one too many is told", async () => {
        const subject = service.subjectOf("pnp");
        const event = await organizer.me.events.add(service.meeting(subject));
        const before = await service.cancelCalls();
        await service.throttle(3);
        assert.deepEqual((await refused(organizer.me.events.getById(event.id).cancel()))[0], 429);

        await service.throttle(1);
        await organizer.me.events.getById(event.id).cancel();

        assert.equal((await service.cancelCalls()) - before, 3 + 2);
        assert.equal((await cancellations(subject)).length, 1);
    });

    test("in a batch", async () => {
        const subject = service.subjectOf("pnp");
        const event = await organizer.me.events.add(service.meeting(subject));
        const [batched, execute] = organizer.batched();
        const known = assert.rejects(batched.me.events.getById(event.id).cancel("In a batch"), TypeError);
        const unknown = refused(batched.me.events.getById(service.unknown).cancel());

        await execute();

        await known;
        assert.deepEqual(await unknown, [404, "ErrorItemNotFound", service.notFound]);
        assert.equal((await refused(organizer.me.events.getById(event.id)()))[0], 404);
        assert.ok((await cancellations(subject))[0].includes("In a batch"));
    });
});
