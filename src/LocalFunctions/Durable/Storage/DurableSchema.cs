namespace LocalFunctions.Durable.Storage;

/// <summary>The tables of the engine.</summary>
internal static class DurableSchema
{
    /// <summary>The version that this program writes; a database with a newer one is refused.</summary>
    public const int Version = 3;

    /// <summary>Marks a SQLite file as one of this engine ("LFd1").</summary>
    public const int ApplicationId = 0x4C466431;

    /// <summary>Makes an empty database one of the current version.</summary>
    private const string Create =
        """
        CREATE TABLE instances(
          id TEXT NOT NULL PRIMARY KEY,
          execution_id TEXT NOT NULL,
          name TEXT NOT NULL,
          status INTEGER NOT NULL,
          created INTEGER NOT NULL,
          updated INTEGER NOT NULL,
          tags TEXT,
          parent TEXT,
          custom_status TEXT,
          input TEXT,
          output TEXT,
          failure TEXT, bound INTEGER NOT NULL DEFAULT 0) STRICT;
        CREATE INDEX instances_by_creation ON instances(created, id);
        CREATE INDEX instances_by_status ON instances(status, created, id);

        -- Events that happened, in order.
        CREATE TABLE history(
          instance_id TEXT NOT NULL,
          sequence INTEGER NOT NULL,
          event TEXT NOT NULL,
          PRIMARY KEY(instance_id, sequence)) STRICT, WITHOUT ROWID;

        -- Events that are to reach an instance: at once (due 0, or less to go before all others) or at a time (timers, delayed starts).
        CREATE TABLE inbox(
          sequence INTEGER PRIMARY KEY AUTOINCREMENT,
          instance_id TEXT NOT NULL,
          execution_id TEXT,
          task_id INTEGER,
          due INTEGER NOT NULL,
          event TEXT NOT NULL) STRICT;
        CREATE INDEX inbox_by_instance ON inbox(instance_id, due, sequence);
        CREATE INDEX inbox_by_due ON inbox(due, instance_id) WHERE due > 0;

        -- Activities to run. A row goes when the result is written: every row that is here at a start runs again.
        CREATE TABLE activities(
          sequence INTEGER PRIMARY KEY AUTOINCREMENT,
          instance_id TEXT NOT NULL,
          execution_id TEXT NOT NULL,
          task_id INTEGER NOT NULL,
          name TEXT NOT NULL,
          input TEXT) STRICT;
        CREATE INDEX activities_by_instance ON activities(instance_id);
        """;

    /// <summary>
    /// The upgrade of each version to the next, beginning with version 1. A released one is never changed: databases of its version still exist.
    /// </summary>
    private static readonly string[] Upgrades =
    [
        // 2: most messages arrive at once, and the index of due messages must not hold them.
        """
        DROP INDEX inbox_by_due;
        CREATE INDEX inbox_by_due ON inbox(due, instance_id) WHERE due > 0;
        """,

        // 3: what a command started ends with it. Everything that is older belongs to a server.
        """
        ALTER TABLE instances ADD COLUMN bound INTEGER NOT NULL DEFAULT 0;
        """,
    ];

    /// <summary>Writes something that changes nothing, to test whether the database is writable.</summary>
    public static bool Touch(SqlSession session)
    {
        session.Execute($"PRAGMA user_version={Version}");
        return true;
    }

    /// <summary>Makes a database that was inspected one of the current version, in one transaction.</summary>
    public static void Apply(SqlSession session)
    {
        session.Scalar("PRAGMA journal_mode=WAL");
        session.Execute("PRAGMA synchronous=FULL");
        var version = (long)session.Scalar("PRAGMA user_version")!;
        if (version == Version)
        {
            return;
        }

        var statements = version == 0
            ? $"{Create} PRAGMA application_id={ApplicationId};"
            : string.Concat(Upgrades.Skip((int)version - 1));
        session.Execute($"BEGIN IMMEDIATE; {statements} PRAGMA user_version={Version}; COMMIT");
    }
}
