// tracks PORT-FREE: the two routes as a competent team would write them in Go: Gin, pgx with a pool, plain selects with a join, rows scanned into
// structs, encoding/json. tracks CONNECTIONS CONNINFO JWKS-URL; prints its port. It answers what Veza answers: the same rows and columns, with
// what the viewer may see, and the session of a bearer token looked up for each request.
package main

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/jackc/pgtype"
	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

type user struct {
	ID          string  `json:"id"`
	Username    string  `json:"username"`
	Avatar      *string `json:"avatar"`
	DisplayName string  `json:"display_name"`
}

type track struct {
	ID                string          `json:"id"`
	Title             string          `json:"title"`
	Artist            *string         `json:"artist"`
	Album             *string         `json:"album"`
	Description       *string         `json:"description"`
	Genre             *string         `json:"genre"`
	Tags              []string        `json:"tags"`
	Year              *int32          `json:"year"`
	BPM               *int32          `json:"bpm"`
	MusicalKey        *string         `json:"musical_key"`
	Duration          *int32          `json:"duration"`
	DurationMS        *int32          `json:"duration_ms"`
	Format            *string         `json:"format"`
	Bitrate           *int32          `json:"bitrate"`
	SampleRate        *int32          `json:"sample_rate"`
	Channels          *int16          `json:"channels"`
	BitDepth          *int16          `json:"bit_depth"`
	FileSize          *int64          `json:"file_size"`
	IsPublic          bool            `json:"is_public"`
	Visibility        string          `json:"visibility"`
	Version           int32           `json:"version"`
	VersionAt         *time.Time      `json:"version_at"`
	IsReplaced        bool            `json:"is_replaced"`
	PublishAt         *time.Time      `json:"publish_at"`
	PublishZone       *string         `json:"publish_zone"`
	IsDownloadable    bool            `json:"is_downloadable"`
	DownloadFormats   []string        `json:"download_formats"`
	CommentsOpen      bool            `json:"comments_open"`
	CommentsDays      *int32          `json:"comments_days"`
	IsExplicit        bool            `json:"is_explicit"`
	Status            string          `json:"status"`
	StreamStatus      string          `json:"stream_status"`
	StreamManifestURL *string         `json:"stream_manifest_url"`
	StatusMessage     *string         `json:"status_message"`
	FailureCode       *string         `json:"failure_code"`
	ProcessingNotes   json.RawMessage `json:"processing_notes"`
	WaveformURL       *string         `json:"waveform_url"`
	CoverURL          *string         `json:"cover_url"`
	LoudnessLUFS      *float32        `json:"loudness_lufs"`
	LoudnessRangeLU   *float32        `json:"loudness_range_lu"`
	TruePeakDBTP      *float32        `json:"true_peak_dbtp"`
	Creator           user            `json:"creator"`
	IsMine            bool            `json:"is_mine"`
	IsLiked           bool            `json:"is_liked"`
	LikeCount         *int64          `json:"like_count"`
	IsReposted        bool            `json:"is_reposted"`
	RepostCount       *int64          `json:"repost_count"`
	CreatedAt         time.Time       `json:"created_at"`
	UpdatedAt         time.Time       `json:"updated_at"`
}

type list struct {
	Items []track `json:"items"`
	Page  int     `json:"page"`
	Limit int     `json:"limit"`
	Total *int64  `json:"total,omitempty"`
}

const columns = `t.id::text, t.title, t.artist, t.album, t.description, t.genre, t.tags, t.year, t.bpm, t.musical_key, t.duration, t.duration_ms, t.format,
	t.bitrate, t.sample_rate, t.channels, t.bit_depth, t.file_size, coalesce(t.public_from <= now(), false), case when t.public_from <= now() then 'public' else t.visibility end,
	t.version, t.version_at, t.is_replaced, t.publish_at, t.publish_zone, t.is_downloadable, t.download_formats, t.comments_open, t.comments_days, t.is_explicit, t.status::text, t.stream_status,
	t.stream_manifest_url, t.status_message, t.failure_code, t.waveform_path, t.cover_art_path, t.loudness_lufs, t.loudness_range_lu, t.true_peak_dbtp,
	t.created_at, t.updated_at, u.id::text, u.username, u.avatar, u.display_name, t.like_count, t.repost_count,
	exists (select 1 from track_reposts r where r.user_id = $1 and r.track_id = t.id),
	exists (select 1 from track_likes l where l.user_id = $1 and l.track_id = t.id)`

const from = ` from tracks t join users u on u.id = t.creator_id`

const public = ` t.public_from <= now() and t.status = 'completed' and t.deleted_at is null
	and u.is_active and not u.is_banned and u.deleted_at is null and u.deletion_at is null`

const notBlocked = ` and not exists (select 1 from user_blocks b where b.blocker_id = t.creator_id and b.blocked_id = $1)`

var (
	pool *pgxpool.Pool
	key  *rsa.PublicKey
)

func scan(row pgx.Row, viewer *string) (track, error) {
	var t track
	var waveform, cover *string
	err := row.Scan(&t.ID, &t.Title, &t.Artist, &t.Album, &t.Description, &t.Genre, &t.Tags, &t.Year, &t.BPM, &t.MusicalKey, &t.Duration, &t.DurationMS,
		&t.Format, &t.Bitrate, &t.SampleRate, &t.Channels, &t.BitDepth, &t.FileSize, &t.IsPublic, &t.Visibility, &t.Version, &t.VersionAt, &t.IsReplaced, &t.PublishAt, &t.PublishZone, &t.IsDownloadable, &t.DownloadFormats, &t.CommentsOpen, &t.CommentsDays, &t.IsExplicit, &t.Status,
		&t.StreamStatus, &t.StreamManifestURL, &t.StatusMessage, &t.FailureCode, &waveform, &cover, &t.LoudnessLUFS, &t.LoudnessRangeLU,
		&t.TruePeakDBTP, &t.CreatedAt, &t.UpdatedAt, &t.Creator.ID, &t.Creator.Username, &t.Creator.Avatar, &t.Creator.DisplayName,
		&t.LikeCount, &t.RepostCount, &t.IsReposted, &t.IsLiked)
	if err != nil {
		return t, err
	}
	t.IsMine = viewer != nil && t.Creator.ID == *viewer
	if !t.IsMine {
		t.LikeCount, t.RepostCount = nil, nil
	}
	if t.Year != nil && *t.Year == 0 {
		t.Year = nil
	}
	if t.Status == "completed" && !t.IsMine {
		t.StatusMessage = nil
	}
	t.ProcessingNotes = json.RawMessage("[]")
	if waveform != nil {
		url := "/api/v1/tracks/" + t.ID + "/waveform"
		t.WaveformURL = &url
	}
	if cover != nil {
		url := "/api/v1/tracks/" + t.ID + "/cover/600"
		if parts := strings.SplitN(*cover, "/", 3); len(parts) == 3 {
			url += "?v=" + parts[2]
		}
		t.CoverURL = &url
	}
	return t, nil
}

func getTrack(c *gin.Context) {
	viewer := viewerOf(c)
	var id pgtype.UUID
	if id.Set(c.Param("id")) != nil {
		c.Status(http.StatusNotFound)
		return
	}
	row := pool.QueryRow(c, "select "+columns+from+" where t.id = $2 and t.deleted_at is null and (t.creator_id = $1 or ("+public+notBlocked+"))", viewer, id)
	t, err := scan(row, viewer)
	if errors.Is(err, pgx.ErrNoRows) {
		c.Status(http.StatusNotFound)
		return
	}
	if err != nil {
		log.Print(err)
		c.Status(http.StatusInternalServerError)
		return
	}
	c.JSON(http.StatusOK, t)
}

func number(c *gin.Context, name string, fallback, max int) int {
	value, err := strconv.Atoi(c.Query(name))
	if err != nil || value < 1 || value > max {
		return fallback
	}
	return value
}

func listTracks(c *gin.Context) {
	viewer := viewerOf(c)
	page, limit := number(c, "page", 1, 100000), number(c, "limit", 20, 100)
	rows, err := pool.Query(c, "select "+columns+from+" where "+public+notBlocked+" order by t.created_at desc, t.id desc limit $2 offset $3",
		viewer, limit, (page-1)*limit)
	if err != nil {
		log.Print(err)
		c.Status(http.StatusInternalServerError)
		return
	}
	defer rows.Close()
	reply := list{Items: make([]track, 0, limit), Page: page, Limit: limit}
	for rows.Next() {
		t, err := scan(rows, viewer)
		if err != nil {
			log.Print(err)
			c.Status(http.StatusInternalServerError)
			return
		}
		reply.Items = append(reply.Items, t)
	}
	rows.Close()
	if c.Query("total") == "true" {
		var total int64
		if err := pool.QueryRow(c, "select count(*)"+from+" where "+public+notBlocked, viewer).Scan(&total); err != nil {
			log.Print(err)
			c.Status(http.StatusInternalServerError)
			return
		}
		reply.Total = &total
	}
	c.JSON(http.StatusOK, reply)
}

func viewerOf(c *gin.Context) *string {
	if viewer, ok := c.Get("viewer"); ok {
		id := viewer.(string)
		return &id
	}
	return nil
}

// Checks the signature and the times of a bearer token, and that its session stands.
func authenticate(c *gin.Context) {
	header := c.GetHeader("Authorization")
	if header == "" {
		return
	}
	var claims struct {
		Subject string `json:"sub"`
		Session string `json:"sid"`
		Expires int64  `json:"exp"`
	}
	parts := strings.Split(strings.TrimPrefix(header, "Bearer "), ".")
	if len(parts) == 3 {
		payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
		signature, _ := base64.RawURLEncoding.DecodeString(parts[2])
		hash := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
		if rsa.VerifyPKCS1v15(key, crypto.SHA256, hash[:], signature) == nil && json.Unmarshal(payload, &claims) == nil && claims.Expires > time.Now().Unix() {
			var id string
			err := pool.QueryRow(c, `select u.id::text from sessions s join users u on u.id = s.user_id
				where s.id = $1 and u.id = $2 and s.revoked_at is null and s.expires_at > now() and u.is_active and not u.is_banned and u.deleted_at is null`,
				claims.Session, claims.Subject).Scan(&id)
			if err == nil {
				c.Set("viewer", id)
				return
			}
		}
	}
	c.AbortWithStatus(http.StatusUnauthorized)
}

func readKey(url string) *rsa.PublicKey {
	var set struct {
		Keys []struct{ N, E string }
	}
	reply, err := http.Get(url)
	if err != nil {
		log.Fatal(err)
	}
	defer reply.Body.Close()
	if err := json.NewDecoder(reply.Body).Decode(&set); err != nil || len(set.Keys) == 0 {
		log.Fatal("no keys: ", err)
	}
	n, _ := base64.RawURLEncoding.DecodeString(set.Keys[0].N)
	e, _ := base64.RawURLEncoding.DecodeString(set.Keys[0].E)
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
}

func main() {
	gin.SetMode(gin.ReleaseMode)
	config, err := pgxpool.ParseConfig(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	connections, err := strconv.Atoi(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	config.MaxConns, config.MinConns = int32(connections), int32(connections)
	pool, err = pgxpool.ConnectConfig(context.Background(), config)
	if err != nil {
		log.Fatal(err)
	}
	key = readKey(os.Args[3])
	router := gin.New()
	router.Use(gin.Recovery(), authenticate)
	router.GET("/api/v1/tracks", listTracks)
	router.GET("/api/v1/tracks/:id", getTrack)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, router))
}
