//! The columns of `intake.company_raw_intake` that a file can fill, and the headers that mean them.

use csv::ByteRecord;

use super::reader::ImportError;
use crate::outreach::refusal::Shown;

/// A column of `intake.company_raw_intake`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "each is named like its column, which the table documents"
)]
pub enum Column {
    Company,
    CompanyNameForEmails,
    Website,
    CompanyLinkedinUrl,
    FacebookUrl,
    TwitterUrl,
    Industry,
    SicCodes,
    NumEmployees,
    FoundedYear,
    CompanyPhone,
    CompanyStreet,
    CompanyAddress,
    CompanyCity,
    CompanyState,
    CompanyPostalCode,
    CompanyCountry,
    StateAbbrev,
    ImportBatchId,
    Keywords,
    AnnualRevenue,
    CompanyEmail,
    DataSource,
}

impl Column {
    /// Every column, in the order in which rows are encoded.
    pub const ALL: [Self; 23] = [
        Self::Company,
        Self::CompanyNameForEmails,
        Self::Website,
        Self::CompanyLinkedinUrl,
        Self::FacebookUrl,
        Self::TwitterUrl,
        Self::Industry,
        Self::SicCodes,
        Self::NumEmployees,
        Self::FoundedYear,
        Self::CompanyPhone,
        Self::CompanyStreet,
        Self::CompanyAddress,
        Self::CompanyCity,
        Self::CompanyState,
        Self::CompanyPostalCode,
        Self::CompanyCountry,
        Self::StateAbbrev,
        Self::ImportBatchId,
        Self::Keywords,
        Self::AnnualRevenue,
        Self::CompanyEmail,
        Self::DataSource,
    ];

    /// The name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::CompanyNameForEmails => "company_name_for_emails",
            Self::Website => "website",
            Self::CompanyLinkedinUrl => "company_linkedin_url",
            Self::FacebookUrl => "facebook_url",
            Self::TwitterUrl => "twitter_url",
            Self::Industry => "industry",
            Self::SicCodes => "sic_codes",
            Self::NumEmployees => "num_employees",
            Self::FoundedYear => "founded_year",
            Self::CompanyPhone => "company_phone",
            Self::CompanyStreet => "company_street",
            Self::CompanyAddress => "company_address",
            Self::CompanyCity => "company_city",
            Self::CompanyState => "company_state",
            Self::CompanyPostalCode => "company_postal_code",
            Self::CompanyCountry => "company_country",
            Self::StateAbbrev => "state_abbrev",
            Self::ImportBatchId => "import_batch_id",
            Self::Keywords => "keywords",
            Self::AnnualRevenue => "annual_revenue",
            Self::CompanyEmail => "company_email",
            Self::DataSource => "data_source",
        }
    }

    /// The column that a header means; upper and lower case, blanks and punctuation do not count.
    pub fn of_header(header: &str) -> Option<Self> {
        let key = key(header);
        Self::ALL.into_iter().find(|column| {
            self::key(column.name()) == key || column.aliases().split(' ').any(|alias| alias == key)
        })
    }

    /// What other tools call it, without blanks and punctuation.
    fn aliases(self) -> &'static str {
        match self {
            Self::Company => {
                "companyname name organization organisation organizationname account accountname \
                 business businessname firm"
            }
            Self::CompanyNameForEmails => "nameforemails",
            Self::Website => {
                "url websiteurl web site homepage domain companywebsite companyurl companydomain \
                 webaddress"
            }
            Self::CompanyLinkedinUrl => {
                "linkedin linkedinurl companylinkedin linkedincompanyurl linkedinpage"
            }
            Self::FacebookUrl => "facebook companyfacebook companyfacebookurl",
            Self::TwitterUrl => "twitter companytwitter companytwitterurl x xurl",
            Self::Industry => "companyindustry sector",
            Self::SicCodes => "sic siccode",
            Self::NumEmployees => {
                "employees employeecount employeescount numberofemployees numemployees headcount \
                 companysize staff"
            }
            Self::FoundedYear => "founded yearfounded foundedin foundingyear",
            Self::CompanyPhone => "phone phonenumber telephone tel mainphone companyphonenumber",
            Self::CompanyStreet => "street streetaddress street1 address1 addressline1",
            Self::CompanyAddress => "address fulladdress",
            Self::CompanyCity => "city town",
            Self::CompanyState => "state province region stateprovince",
            Self::CompanyPostalCode => {
                "zip zipcode postalcode postcode postal companyzip zippostalcode"
            }
            Self::CompanyCountry => "country countryname",
            Self::StateAbbrev => "stateabbreviation stateabbr statecode",
            Self::ImportBatchId => "batch batchid importbatch",
            Self::Keywords => "tags companykeywords",
            Self::AnnualRevenue => "revenue companyrevenue",
            Self::CompanyEmail => "email emailaddress companyemailaddress",
            Self::DataSource => "source leadsource",
        }
    }
}

fn key(header: &str) -> String {
    header
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The first line of a file: what it says, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub(super) cells: ByteRecord,
    pub(super) columns: Vec<Option<Column>>,
    pub(super) delimiter: u8,
}

impl Header {
    /// Finds the columns, each once; a company column is needed, because a row without one cannot
    /// be told from a wrong file.
    pub(super) fn read(cells: ByteRecord, delimiter: u8) -> Result<Self, ImportError> {
        let names = cells
            .iter()
            .map(std::str::from_utf8)
            .collect::<Result<Vec<_>, _>>();
        let names = names.map_err(|_| ImportError::HeaderNotUtf8)?;
        if names.iter().any(|name| name.contains('\0')) {
            return Err(ImportError::Utf16);
        }
        let columns: Vec<Option<Column>> =
            names.iter().map(|name| Column::of_header(name)).collect();
        for (place, column) in columns.iter().enumerate() {
            let earlier = columns.iter().take(place).position(|other| other == column);
            if let (Some(column), Some(earlier)) = (column, earlier) {
                return Err(ImportError::DuplicateColumn {
                    column: column.name(),
                    first: described(&names, earlier),
                    second: described(&names, place),
                });
            }
        }
        if !columns.contains(&Some(Column::Company)) {
            let found: Vec<String> = names.iter().take(30).map(|name| quoted(name)).collect();
            return Err(ImportError::NoCompanyColumn {
                found: found.join(", "),
            });
        }
        Ok(Self {
            cells,
            columns,
            delimiter,
        })
    }

    /// The headers that mean no column of ours; their cells are not imported.
    pub fn ignored(&self) -> Vec<String> {
        self.cells
            .iter()
            .zip(&self.columns)
            .filter(|(cell, column)| column.is_none() && !cell.trim_ascii().is_empty())
            .map(|(cell, _)| Shown::new(&String::from_utf8_lossy(cell)).to_string())
            .collect()
    }

    /// The columns that the file fills, in its order.
    pub fn columns(&self) -> impl Iterator<Item = Column> {
        self.columns.iter().flatten().copied()
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", Shown::new(name))
}

fn described(names: &[&str], place: usize) -> String {
    format!(
        "{} (column {})",
        quoted(names.get(place).unwrap_or(&"")),
        place + 1
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_means_its_column_in_any_spelling() {
        for (header, column) in [
            ("Company", Column::Company),
            ("COMPANY NAME", Column::Company),
            ("company_name", Column::Company),
            ("Name", Column::Company),
            ("Company Name for Emails", Column::CompanyNameForEmails),
            ("Website", Column::Website),
            ("URL", Column::Website),
            ("Domain", Column::Website),
            ("# Employees", Column::NumEmployees),
            ("Employees", Column::NumEmployees),
            ("Phone", Column::CompanyPhone),
            ("LinkedIn", Column::CompanyLinkedinUrl),
            ("Company Linkedin Url", Column::CompanyLinkedinUrl),
            ("Street", Column::CompanyStreet),
            ("Zip", Column::CompanyPostalCode),
            ("Postal Code", Column::CompanyPostalCode),
            ("SIC Codes", Column::SicCodes),
            ("Founded Year", Column::FoundedYear),
            ("company_state", Column::CompanyState),
        ] {
            assert_eq!(Column::of_header(header), Some(column), "{header}");
        }
        assert_eq!(Column::of_header("Person Linkedin Url"), None);
        assert_eq!(Column::of_header(""), None);
    }

    #[test]
    fn no_alias_means_two_columns() {
        let mut seen = std::collections::HashSet::new();
        for column in Column::ALL {
            assert!(seen.insert(key(column.name())), "{column:?}");
            for alias in column.aliases().split(' ') {
                assert!(
                    alias == key(column.name()) || seen.insert(alias.to_owned()),
                    "{alias}"
                );
            }
        }
    }
}
