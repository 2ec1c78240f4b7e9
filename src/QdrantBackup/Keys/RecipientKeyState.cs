namespace QdrantBackup.Keys;

/// <summary>What is known of a recipient's own key; for <c>key test</c>, and for a warning before it expires.</summary>
/// <param name="Expires">From when on it wraps no more; it unwraps all the same. Null: never.</param>
/// <param name="IsEnabled">False while somebody has switched it off: then it does not unwrap either.</param>
/// <param name="IsNewest">False when it was rotated since: <c>key rewrap</c> wraps the store key under the newest version.</param>
public sealed record RecipientKeyState(DateTimeOffset? Expires = null, bool IsEnabled = true, bool IsNewest = true);
