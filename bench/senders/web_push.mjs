// Peer: node web-push at its best, with a keep-alive agent. It has no database either.
import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import webpush from "web-push";

const job = JSON.parse(readFileSync(0, "utf8"));
const lines = readFileSync(job.list, "utf8").trim().split("\n").map((line) => JSON.parse(line));
const atATime = Number(job.in_flight);
const agent = new Agent({ keepAlive: true, maxSockets: atATime, ca: readFileSync(job.certificate) });
const vapidDetails = {
  subject: "mailto:bench@example.org",
  publicKey: job.public_key,
  privateKey: job.private_scalar,
};
const waiting = lines.values();

async function carry() {
  for (const push of waiting) {
    const answer = await webpush.sendNotification(push.subscription, push.text, {
      TTL: 18000,
      urgency: "high",
      topic: push.topic,
      vapidDetails,
      agent,
    });
    if (answer.statusCode !== 201) throw new Error(`answered ${answer.statusCode}`);
  }
}

const began = performance.now();
const before = process.cpuUsage();
await Promise.all(Array.from({ length: atATime }, carry));
const used = process.cpuUsage(before);
console.log(
  JSON.stringify({
    seconds: (performance.now() - began) / 1000,
    processor: (used.user + used.system) / 1e6,
  }),
);
agent.destroy();
