namespace QdrantBackup.Tests.Tidy;

/// <summary>Phrases that were replaced by plainer words, and what to write instead. A new one is added when it has been replaced everywhere.</summary>
internal static class PlainPhrases
{
    /// <summary>In pages and in code.</summary>
    public static readonly (string Phrase, string Instead)[] Everywhere =
    [
        (@"\bwho(m?)ever\b", "name the actor: 'an attacker who', 'a program that', 'anyone who'"),
        (@"\bwhatever\b", "'any', 'every', or the thing itself"),
        (@"(?<!\bby )\bwhom\b", "a sentence with an actor"),
        (@"\bnobody\b[^.:;|]*\bbut\b", "'only'"),
        (@"(?<!\bthere )\b(is|are) none\b", "repeat the noun: 'no backup', 'no check'"),
        (@"\bof (those|these) (that|which)\b", "the noun"),
        (@"\bwhat it is of\b", "the noun"),
        (@"\band its like\b", "'and its other ...'"),
        (@"\b(tells|told|telling)\b", "'shows', 'logs', 'reports', 'lists'"),
        (@"\b(says|said|say|saying) so\b", "'reports it', 'shows it', or what is said"),
        (@"\bgone on with\b", "'continues'"),
        (@"\bmade anew\b", "'computed again', 'written again'"),
        (@"\b(is|are|be|stays?) at home\b", "'keeps its records in'"),
        (@"\b(lets?|letting) go of\b|\bis let go\b", "'releases'"),
        (@"\bhears? of\b", "'receives', 'is notified'"),
        (@"\bmend(s|ed|ing)?\b", "'repair' (docs/glossary.md)"),
        (@"\bfollowers?\b", "'follow-up' (docs/glossary.md)"),
        (@"\bfence[sd]?\b|\btombstones?\b", "'marker' (docs/glossary.md)"),
        (@"\bretire[sd]?\b|\bretirements?\b", "'ended', 'an end' (docs/glossary.md)"),
        (@"\bother copy\b", "'other store', 'second store' (docs/glossary.md)"),
        (@"\bsubsets?\b", "'share' (docs/glossary.md)"),
    ];

    /// <summary>In code: a record names, a log reports, a listing lists; only people say and tell.</summary>
    public static readonly (string Phrase, string Instead)[] InCode =
    [
        .. Everywhere,
        (@"\btell\b", "'show', 'log', 'report', 'list', 'distinguish'"),
        (@"\b(say|says|said|saying)\b", "'has', 'names', 'shows', 'reports', 'means'"),
        (@"\banew\b", "'again'"),
    ];
}
