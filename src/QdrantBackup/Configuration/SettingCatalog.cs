namespace QdrantBackup.Configuration;

/// <summary>Every key there is: what is read, what is documented and what is known are this one list.</summary>
public static class SettingCatalog
{
    private const string YesOrNo = "true or false";
    private const string LevelForm = "true, false, none, exists, readable or restorable";
    private const string KeyFileForm = "the absolute path of a key file";
    private const string VaultKeyForm = "the address of a key such as https://my-vault.vault.azure.net/keys/my-key, with or without a version";
    private const string PassphraseForm = "the absolute path of a file that only its owner, or its group too, can read";
    private const string ConnectionForm = "a connection string of Azure Storage, with a SAS or an account key";
    private const string CronForm = QdrantBackup.Schedules.CronExpression.Form + "; or off";

    /// <summary>All keys, in the order of docs/configuration.md.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new("Cluster:Name", "1 to 40 lower-case letters, digits and dashes", null, "The cluster's name. Required: it stands in ids and names what belongs together in a store."),

        new("Qdrant:Url", "an http or https address such as http://localhost:6333", "http://localhost:6333", "The address of the one node of a standalone Qdrant.") { PlainEnvironmentName = "QDRANT_URL", IsAddress = true },
        new("Qdrant:ApiKey", "a Qdrant API key, of printable ASCII characters", null, "The API key sent to every node.") { PlainEnvironmentName = "QDRANT_API_KEY", IsSecret = true },
        new("Qdrant:CaFile", "the absolute path of a PEM file", null, "Certificates of a private CA that signs the nodes' certificates."),
        new("Qdrant:AllowPlainHttp", YesOrNo, "false", "Allow the API key to travel over plain http to another machine."),
        new("Qdrant:SnapshotWait", "a duration from 1m to 7d", "6h", "How long a snapshot is awaited on a node that does not show what it is making: before 1.16, or where the key may not read telemetry."),
        new("Qdrant:Nodes:*:Url", "an http or https address such as http://node-0:6333", null, "A node's own address, never a load balancer's. Instead of Qdrant:Url.") { IsAddress = true },
        new("Qdrant:Nodes:*:MaxStoredSnapshots", "a whole number from 1 to 16", "1", "How many of our snapshots may lie on that node's disk at once."),

        new("Schedule:*", CronForm, "daily: 0 2 * * *, weekly: 0 1 * * 0", "When the schedule of that name is due; the short form of Schedule:*:Cron."),
        new("Schedule:*:Cron", CronForm, null, "When it is due, on the clock of its time zone; off takes away a default schedule."),
        new("Schedule:*:TimeZone", "the name of a time zone such as Europe/Berlin", "that of Schedule:TimeZone", "The time zone of its cron expression."),
        new("Schedule:*:Paused", YesOrNo, "false", "Let its due times pass without a run."),
        new("Schedule:*:Class", "daily, weekly or monthly", "its name if that is a class, else daily", "What its backups count as for retention."),
        new("Schedule:*:MergeWindow", "a duration from 0s to 24h", "that of Schedule:MergeWindow", "How early a due time of it may be served by another schedule's run; 0s: never early."),
        new("Schedule:*:AllowEmpty", YesOrNo, "that of Schedule:AllowEmpty", "Let its backups succeed where Qdrant has no collections. Each of them is suspect until a person confirms it."),
        new("Schedule:TimeZone", "the name of a time zone such as Europe/Berlin", "UTC", "The time zone of all schedules that name none."),
        new("Schedule:MergeWindow", "a duration from 0s to 24h", "6h", "The merge window of all schedules that name none."),
        new("Schedule:AllowEmpty", YesOrNo, "false", "Whether backups of all schedules that do not say may be without any collection."),

        new("Retention:Daily", "a whole number from 0 to 10000", "7", "For how many of the last days with a backup one of the day is kept."),
        new("Retention:Weekly", "a whole number from 0 to 10000", "4", "For how many of the last weeks with a backup one of the week is kept."),
        new("Retention:Monthly", "a whole number from 0 to 10000", "12", "For how many of the last months with a backup one of the month is kept."),
        new("Retention:KeepLast", "a whole number from 0 to 10000", "0", "So many of the newest complete backups are kept; the newest one always is."),
        new("Retention:KeepWithin", "a duration such as 30d", "30d", "Every backup younger than this is kept."),
        new("Retention:TimeZone", "the name of a time zone such as Europe/Berlin", "that of Schedule:TimeZone", "On whose clock days, weeks and months begin."),
        new("Retention:Schedule", CronForm, "30 4 * * *", "When backups that no rule keeps are ended, and what nothing needs is deleted; off: only by `qdrant-backup cleanup`."),
        new("Retention:AfterBackups", YesOrNo, "true", "Whether backups that no rule keeps are ended after every backup too."),
        new("Retention:Grace", "a duration from 1h to 365d", "48h", "How long an ended backup's manifest and chunks stay at least."),
        new("Retention:Memory", "the absolute path of a directory, or the address of a blob container", "in the store; where Role is maintenance, the folder maintenance of the state directory", "Where maintenance keeps its own key and what it remembers of the store. The backup app must not be able to reach it. Needed where Role is maintenance on Azure.") { IsAddress = true },
        new("Retention:MemoryConnectionString", ConnectionForm, null, "How to log in to that container's account where no identity can be used.") { IsSecret = true },
        new("Retention:ReadBack", CronForm, "0 6 * * 0 where Role is maintenance, else off", "When maintenance reads the newest whole backup back. A maintenance app ends nothing until it has read one, and never the last three that it has read."),
        new("Retention:UnusualPercent", "a whole number from 1 to 100", "30", "Ending or deleting a larger share than this needs an explicit yes."),
        new("Retention:KeepRecords", "a duration from 35d to 36500d", "400d", "How long the records of runs are kept, for the whole store."),
        new("Retention:KeepDeleted", "a duration from 1d to 3650d", "14d", "How long a directory store keeps in trash/ what was deleted."),

        new("Storage:Local", "the absolute path of a directory", null, "The directory to keep backups in; beside Storage:Remote, the directory of their second copy.") { IsAddress = true },
        new("Storage:Remote", "the address of a blob container such as https://account.blob.core.windows.net/qdrant", null, "The blob container to keep backups in.") { IsAddress = true },
        new("Storage:ConnectionString", ConnectionForm, null, "How to log in to that container's account where no identity can be used.") { IsSecret = true },

        new("Storage:Second", "the absolute path of a directory, or the address of a blob container", "Storage:Local, where Storage:Remote is given too", "Where a second copy of every backup is kept: another account, region or directory.") { IsAddress = true },
        new("Storage:SecondConnectionString", ConnectionForm, null, "How to log in to the second container's account where no identity can be used.") { IsSecret = true },

        new("Store:Id", "a store's id as `qdrant-backup key init` showed it", null, "Pins the store: another one is refused."),
        new("Store:KeyId", "32 hex digits as `qdrant-backup key init` showed them", null, "Pins the store's key: another one is refused."),

        new("Compression", "true, false, none, gzip or zstd", "true", "Whether chunks are compressed where that pays. Always zstd: gzip is accepted and means zstd.") { PlainEnvironmentName = "BACKUP_COMPRESSION" },
        new("Compression:Except:*", "a collection's name, or a pattern with * and ?", null, "A collection of which nothing is compressed, so that sizes in the store tell less about its content."),
        new("Encryption", "true", "true", "Backups are always encrypted; the short form of the keys below."),
        new("Encryption:KeyFile", KeyFileForm, EncryptionOptions.DefaultKeyFile, "This machine's key file, made by `qdrant-backup key init`. The default holds where neither this nor KeyVaultKey, a passphrase or a private key is given.") { NamesSecret = true },
        new("Encryption:KeyVaultKey", VaultKeyForm, null, "The key in Azure Key Vault or a managed HSM that wraps the store key.") { IsAddress = true },
        new("Encryption:Recipients:*", KeyFileForm, null, "A further key file, any of which opens the store too; the short form of the next key.") { NamesSecret = true },
        new("Encryption:Recipients:*:KeyFile", KeyFileForm, null, "A further key file.") { NamesSecret = true },
        new("Encryption:Recipients:*:KeyVaultKey", VaultKeyForm, null, "A further key in a vault.") { IsAddress = true },
        new("Encryption:Recipients:*:PublicKeyFile", "the absolute path of a PEM file", null, "An RSA public key of 3072 bits or more whose private half is kept offline. It only wraps."),
        new("Encryption:Recipients:*:PassphraseFile", PassphraseForm, null, "A further passphrase.") { NamesSecret = true },
        new("Encryption:PassphraseFile", PassphraseForm, null, "A passphrase.") { NamesSecret = true },
        new("Encryption:Passphrase", "a passphrase", null, "The same without a file. Refused in a configuration file.") { PlainEnvironmentName = "QDRANT_BACKUP_PASSPHRASE", IsSecret = true },
        new("Encryption:PassphraseMemory", "a size from 64MiB to 1GiB", "256MiB", "How much memory deriving a key from a passphrase takes, when the store key is wrapped and whenever it is unwrapped."),
        new("Encryption:PrivateKeyFile", "the absolute path of a PEM file that only its owner, or its group too, can read", null, "The private half of a public key, to open a store when nothing else does. Not for daily use.") { NamesSecret = true },
        new("Encryption:PrivateKey", "a private key in PEM", null, "The same without a file. Refused in a configuration file.") { PlainEnvironmentName = "QDRANT_BACKUP_PRIVATE_KEY", IsSecret = true },
        new("Encryption:PrivateKeyPasswordFile", PassphraseForm, null, "What opens that PEM if it is encrypted.") { NamesSecret = true },
        new("Encryption:PrivateKeyPassword", "a password", null, "The same without a file. Refused in a configuration file.") { PlainEnvironmentName = "QDRANT_BACKUP_PRIVATE_KEY_PASSWORD", IsSecret = true },
        new("Encryption:AcceptKeyLoss", YesOrNo, "false", "Accept that a store in the cloud has one recipient, whose loss would close every backup for ever."),
        new("Encryption:KeyNumber", "a whole number from 0 to 255", "0", "Which of the store's encryption keys new bytes are sealed with. Raise it by one when one has leaked, on every machine that writes; never lower it."),
        new("Encryption:AllowUnencrypted", "left out: this version writes encrypted stores only", null, "Reserved: allow Encryption: false. Refused in this version."),

        new("Verification", LevelForm, "true", "How deep each backup is verified after its commit; true means readable, false nothing. The short form of Verification:Level."),
        new("Verification:Level", LevelForm, null, "The same, beside the keys below."),
        new("Verification:Rolling", CronForm, "30 4 * * *", "When the next share of the whole store is verified; off where Verification is false."),
        new("Verification:TimeZone", "the name of a time zone such as Europe/Berlin", "that of Schedule:TimeZone", "The time zone of Verification:Rolling."),
        new("Verification:Shares", "a whole number from 1 to 1000", "30", "In how many shares: with one a day, every chunk is read once in as many days."),

        new("MaxParallelParts", "a whole number from 1 to 64", "4", "How many parts, or ranges of large ones, are captured at the same time. Restores take one part after the other.") { PlainEnvironmentName = "BACKUP_PARALLEL_JOBS" },
        new("RangeBytes", "a size from 64MiB to 1TiB such as 4GiB", "4GiB", "Parts larger than this are transferred in ranges of about this size, beside each other where MaxParallelParts leaves room."),
        new("TransferSeconds", "a whole number from 5 to 3600", "120", "How long one activity transfers before it returns its position."),
        new("ChunksInFlight", "a whole number from 1 to 64", "4", "How many sealed chunks of one part are on their way to the store at once; each takes memory."),
        new("NiceLevel", "a whole number from 0 to 19", "19", "How far the program steps back for others on its machine, as with nice(1), for the processor and the disk; restores by a command do not. No effect on Azure.") { PlainEnvironmentName = "BACKUP_NICE_LEVEL" },

        new("ApiKeys:*:Name", "1 to 64 letters, digits, dots, dashes and underscores", null, "Who holds the key; stands in the audit."),
        new("ApiKeys:*:Sha256", "the SHA-256 of the key, 64 hex digits", null, "The key itself is configured nowhere.") { IsSecret = true, IsDigest = true },
        new("ApiKeys:*:Scopes", "a list out of read, backup, restore and admin", null, "What the key allows, separated by commas; or as a list, below."),
        new("ApiKeys:*:Scopes:*", "read, backup, restore or admin", null, "One scope. backup and restore imply read, admin implies all."),

        new("Role", "all, backup or maintenance", "all", "What this app does: everything (also written both), backups and restores, or retention; only the last deletes anything from the store."),
        new("Team", "at most 64 characters", null, "Who is responsible; recorded with every run."),
        new("Labels:*", "at most 256 characters", null, "A label that every backup gets."),
    ];

    /// <summary>The entry of a key as it stands above.</summary>
    internal static Setting Get(string pattern) =>
        All.FirstOrDefault(setting => setting.Key == pattern) ?? throw new ArgumentException($"No setting {pattern}.", nameof(pattern));

    /// <summary>The entry that a concrete key belongs to, a fixed name before a wildcard; null if it is unknown.</summary>
    internal static Setting? Find(string key)
    {
        var segments = key.Split(':');
        return All
            .Where(setting => setting.Segments.Count == segments.Length && setting.FitsAsFarAs(segments, segments.Length))
            .MinBy(setting => setting.Segments.Count(segment => segment == "*"));
    }
}
