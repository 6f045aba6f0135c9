/* Names for what the server speaks. Everything comes from schema.d.ts, which `npm run api:types` makes from
 * api/openapi.json: a field that is not there does not compile. */

import type { components, paths } from './schema';

type Schemas = components['schemas'];
type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : never;

export type UserRef = Schemas['UserRef'];
export type PublicUser = Schemas['PublicUser'];
export type BlockedPerson = Schemas['BlockedPerson'];
export type Genre = Schemas['Genre'];
export type Me = Schemas['User'];
export type Role = Me['role'];

export type FollowState = Schemas['FollowState'];
export type Completion = Schemas['ProfileCompletion'];
export type Settings = Schemas['UserSettings'];
export type SettingsChanges = Json<NonNullable<paths['/api/v1/users/settings']['put']['requestBody']>>;
export type ProfileChanges = Json<NonNullable<paths['/api/v1/users/{id}']['put']['requestBody']>>;
export type PasswordChange = Json<NonNullable<paths['/api/v1/users/me/password']['put']['requestBody']>>;
export type PrivacyChoice = Schemas['PrivacyChoice'];
export type DeviceSession = Schemas['Session'];
export type Notification = Schemas['Notification'];
export type NotificationPreferences = Schemas['NotificationPreferences'];

export type SecondFactor = Schemas['SecondFactor'];
export type SecondFactorSecret = Json<paths['/api/v1/auth/2fa/setup']['post']['responses'][200]>;
export type Passkey = Schemas['Passkey'];
export type LoginAttempt = Schemas['LoginAttempt'];
export type ApiKey = Schemas['ApiKey'];
export type NewApiKey = Schemas['NewApiKey'];
export type ApiKeyWish = Json<NonNullable<paths['/api/v1/developer/api-keys']['post']['requestBody']>>;

export type OauthProvider = Json<paths['/api/v1/auth/oauth/providers']['get']['responses'][200]>['items'][number];
export type OauthConnection = Schemas['OauthConnection'];
export type DataExport = Schemas['DataExport'];
export type PushAddress = Json<NonNullable<paths['/api/v1/notifications/push/subscribe']['post']['requestBody']>>;
/** The password, or the name where there is none. */
export type DeletionProof = Json<NonNullable<paths['/api/v1/users/me']['delete']['requestBody']>>;
export type GearItem = Schemas['PublicGear'];

export type Track = Schemas['Track'];
export type RemovedTrack = Schemas['RemovedTrack'];
export type TrackState = Track['status'];
export type TrackComment = Schemas['TrackComment'];

export type Playlist = Schemas['Playlist'];
export type PlaylistItem = Schemas['PlaylistItem'];
/** Enough of a track to name it and to draw its cover. */
export type TrackRef = Schemas['TrackRef'];
export type NewPlaylist = Json<NonNullable<paths['/api/v1/playlists']['post']['requestBody']>>;
export type PlaylistChanges = Json<NonNullable<paths['/api/v1/playlists/{id}']['put']['requestBody']>>;

export type TrackProgress = Schemas['TrackStatus'];
export type Stage = TrackProgress['stage'];

/** `total` is counted where `page` or `total` asks for it; `next` is the cursor of the page after this one. */
export interface List<T> {
  items: T[];
  limit: number;
  next: string | null;
  page?: number;
  total?: number | undefined;
}

export type Session = Json<paths['/api/v1/auth/register']['post']['responses'][201]>;
export type ServerStatus = Json<paths['/api/v1/status']['get']['responses'][200]>;
export type UsernameCheck = Json<paths['/api/v1/auth/check-username']['get']['responses'][200]>;
export type NewAccount = Json<NonNullable<paths['/api/v1/auth/register']['post']['requestBody']>>;
export type Credentials = Json<NonNullable<paths['/api/v1/auth/login']['post']['requestBody']>>;
export type LoginReply = Json<paths['/api/v1/auth/login']['post']['responses'][200]>;
/** The password was right; a code is still to come. */
export type MfaChallenge = Extract<LoginReply, { mfa_token: string }>;
export type TrackChanges = Json<NonNullable<paths['/api/v1/tracks/{id}']['put']['requestBody']>>;
export type Announcement = Schemas['Announcement'];

export type ProblemBody = Schemas['Problem'];
export type FieldError = NonNullable<ProblemBody['errors']>[number];

/** Peaks as signed 8-bit pairs [min, max, min, max…]; the description says no more of it than that it is an object. */
export interface WaveformData {
  version: number;
  channels: number;
  sample_rate: number;
  samples_per_pixel: number;
  bits: number;
  length: number;
  data: number[];
}
