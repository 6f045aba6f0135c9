/* The shapes the server speaks. Written from the HTTP contract; once `schema.d.ts` is generated from
 * api/openapi.json (`npm run api:types`) these are aliases of it. */

export type Role = 'user' | 'content_creator' | 'moderator' | 'admin';

export interface UserRef {
  id: string;
  username: string;
  avatar: string | null;
}

export interface PublicUser extends UserRef {
  first_name: string | null;
  last_name: string | null;
  banner_url: string | null;
  bio: string | null;
  location: string | null;
  social_links: Record<string, string> | null;
  role: Role;
  is_verified: boolean;
  created_at: string;
  track_count: number;
}

export interface Me extends PublicUser {
  email: string;
  is_admin: boolean;
  is_public: boolean;
}

export type TrackStatus = 'uploading' | 'processing' | 'completed' | 'failed';
export type StreamStatus = 'pending' | 'processing' | 'ready' | 'error';
export type Stage = 'queued' | 'probing' | 'transcoding' | 'storing' | 'done' | 'failed';

export interface Track {
  id: string;
  title: string;
  artist: string | null;
  album: string | null;
  description: string | null;
  genre: string | null;
  tags: string[] | null;
  year: number | null;
  bpm: number | null;
  musical_key: string | null;
  duration: number | null;
  duration_ms: number | null;
  format: string | null;
  bitrate: number | null;
  sample_rate: number | null;
  channels: number | null;
  bit_depth: number | null;
  file_size: number | null;
  is_public: boolean;
  is_downloadable: boolean;
  is_explicit: boolean;
  status: TrackStatus;
  status_message: string | null;
  stream_status: StreamStatus;
  stream_manifest_url: string | null;
  waveform_url: string | null;
  cover_url: string | null;
  loudness_lufs: number | null;
  loudness_range_lu: number | null;
  true_peak_dbtp: number | null;
  creator: UserRef;
  is_mine: boolean;
  created_at: string;
  updated_at: string;
}

export interface TrackProgress {
  id: string;
  status: TrackStatus;
  status_message: string | null;
  stream_status: StreamStatus;
  stage: Stage;
  /** 0 to 1 over all stages. */
  progress: number;
  attempts: number;
  updated_at: string;
}

/** Peaks as signed 8-bit pairs [min, max, min, max…]. */
export interface WaveformData {
  version: number;
  channels: number;
  sample_rate: number;
  samples_per_pixel: number;
  bits: number;
  length: number;
  data: number[];
}

export interface List<T> {
  items: T[];
  page: number;
  limit: number;
  total: number;
}

export interface Session {
  access_token: string;
  token_type: string;
  expires_in: number;
  user: Me;
}

export interface ServerStatus {
  name: string;
  version: string;
  environment: string;
  uptime_s: number;
  maintenance: boolean;
  creator_approval: boolean;
  max_upload_bytes: number;
}

export interface Announcement {
  id: string;
  title: string;
  content: string;
  type: string;
  starts_at: string | null;
  ends_at: string | null;
}

export interface FieldError {
  field: string;
  code: string;
  message: string;
}

export interface ProblemBody {
  type: string;
  code: string;
  title: string;
  status: number;
  detail?: string;
  request_id?: string;
  errors?: FieldError[];
}
