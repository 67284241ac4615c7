// The running stand-in, as ./run describes it, and what every journey needs.

import { readFileSync } from "node:fs";

const env = process.env;

export const root = env.GRAPH_ROOT;
export const host = new URL(root).hostname;
export const isHttps = root.startsWith("https:");
export const organizer = env.GRAPH_ORGANIZER_USER;
export const attendee = env.GRAPH_ATTENDEE_USER;
export const group = env.GROUP_ID;
export const business = env.BUSINESS_ID;
export const bookingService = env.SERVICE_ID;
export const tokens = { organizer: env.GRAPH_ORGANIZER_TOKEN, attendee: env.GRAPH_ATTENDEE_TOKEN };

export const sentence = "Your request can't be completed. You need to be an organizer to cancel a meeting.";
export const notFound = "The specified object was not found in the store.";
export const unknown = "AAMk".repeat(37) + "AAA=";
export const comments = ["Ich bin krank – sorry & <bye>", undefined];

const at = (hour) => ({ dateTime: `2035-05-07T${hour}:00:00`, timeZone: "UTC" });
export const meeting = (subject) => ({
    subject,
    start: at(10),
    end: at(11),
    attendees: [{ emailAddress: { address: attendee, name: "Adam" }, type: "required" }],
});
export const appointment = () => ({
    serviceId: bookingService,
    startDateTime: at(14),
    endDateTime: at(15),
    customers: [{ name: "Adam", emailAddress: attendee }],
});

let made = 0;
export const subjectOf = (client) => `${client} ${(made += 1)}`;

export const isCancellation = (subject) => (message) =>
    message.meetingMessageType === "meetingCancelled" && message.subject.endsWith(subject);

export async function throttle(times, wait = 1) {
    await fetch(`${root}/_mock/throttle?next=${times}&wait=${wait}`, { method: "POST" });
}

export async function cancelCalls() {
    return (await (await fetch(`${root}/_mock/counts`)).json()).cancel_calls;
}

export function versionOf(name) {
    const place = new URL(`./node_modules/${name}/package.json`, import.meta.url);
    return `${name} ${JSON.parse(readFileSync(place, "utf8")).version}, ${new URL(root).protocol}//`;
}
