/* image_job.h - covers, avatars and banners: decoded, cropped in the centre, made anew as WebP without any metadata.
 *
 * An image smaller than a wanted size is not enlarged: the file of that size then holds the largest crop there is. */
#ifndef VEZA_MEDIA_IMAGE_JOB_H
#define VEZA_MEDIA_IMAGE_JOB_H

#define IMAGE_BYTES_MAX (20u << 20)
#define IMAGE_SIDE_MAX 12000u
#define IMAGE_PIXELS_MAX 50000000u

/* image_1200.webp, image_600.webp, image_300.webp and RESULT {"kind","width","height"} (of the source, upright).
 * Returns 0 or an enum media_reason, as do the next ones. */
int image_job_run(void);

/* banner_1500.webp and banner_750.webp, 3:1 and at most that wide, and RESULT. */
int image_job_run_banner(void);

/* image.jpg, a square of at most IMAGE_JPEG_SIDE pixels on white, for programs that do not read WebP, and RESULT. */
#define IMAGE_JPEG_SIDE 1000
int image_job_run_jpeg(void);

#endif
