/** The log was closed before this call: whoever closed it does so too early. */
export class LogClosed extends Error {
  constructor(place: string) {
    super(`The log ${place} is closed: stop its users before it.`);
    this.name = "LogClosed";
  }
}
