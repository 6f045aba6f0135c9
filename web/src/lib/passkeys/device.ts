/* Talking to whatever keeps passkeys: the device itself, a security key, a password manager. */

/** Whether this browser can be asked for a passkey in the form the server speaks. */
export const passkeysWork = () =>
  typeof PublicKeyCredential !== 'undefined' && 'parseRequestOptionsFromJSON' in PublicKeyCredential && 'credentials' in navigator;

/** This device has a passkey for the account already. */
export class PasskeyKnown extends Error {}

/** What the device gave, as the server takes it. Null when it gave none: cancelled, timed out, the person not recognised or nothing to
 * choose from; a browser never tells which. */
export async function askDevice(ask: () => Promise<Credential | null>): Promise<Record<string, unknown> | null> {
  try {
    const given = await ask();
    return given && { ...(given as PublicKeyCredential).toJSON() };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'InvalidStateError') throw new PasskeyKnown();
    if (error instanceof DOMException) return null;
    throw error;
  }
}

const DEVICES: readonly [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/CrOS/, 'Chromebook'],
  [/Mac OS/, 'Mac'],
  [/Windows/, 'Windows'],
  [/Linux/, 'Linux'],
];

/** A first name for a passkey that is made here. */
export const deviceName = (userAgent = navigator.userAgent) => DEVICES.find(([pattern]) => pattern.test(userAgent))?.[1] ?? '';
