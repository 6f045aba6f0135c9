/** Chromium's own passkey device in software: speaks CTAP 2 as a real one does, and does what it is told. */
import type { CDPSession, Page } from 'playwright-core';

export class Device {
  private constructor(private readonly line: CDPSession, private readonly id: string) {}

  /** Built into this page's computer; it knows its owner, and says so without being touched. */
  static async plugInto(page: Page): Promise<Device> {
    const line = await page.context().newCDPSession(page);
    await line.send('WebAuthn.enable', { enableUI: false });
    const { authenticatorId } = await line.send('WebAuthn.addVirtualAuthenticator', {
      options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    });
    return new Device(line, authenticatorId);
  }

  /** Whether it recognises who is in front of it. */
  async recognise(owner: boolean): Promise<void> {
    await this.line.send('WebAuthn.setUserVerified', { authenticatorId: this.id, isUserVerified: owner });
  }

  /** Whether somebody touches it when it asks. */
  async touch(when: boolean): Promise<void> {
    await this.line.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: this.id, enabled: when });
  }

  async passkeys(): Promise<{ rpId?: string; isResidentCredential: boolean; signCount: number }[]> {
    return (await this.line.send('WebAuthn.getCredentials', { authenticatorId: this.id })).credentials;
  }
}

/** A browser that does not offer passkeys by itself, so that the button is the only way. */
export const onlyByButton = (page: Page) => page.addInitScript(() => { PublicKeyCredential.isConditionalMediationAvailable = async () => false; });
